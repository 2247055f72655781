"""The keys and folders that the settings name, put together once for the site and every command."""

from app.config import Config
from ballots.keys import Keys
from ballots.mirror.mirror import Mirror
from ballots.mirror.sealing import public_key


def keys_of(config: Config) -> Keys:
    """What signs, links and mirrors the logs of this city."""
    mirror = None
    if config.mirror_dir is not None:
        mirror = Mirror(config.mirror_dir, public_key(config.mirror_key))
    return Keys.of(config.keys_dir, config.guards, config.origin, config.witnesses, mirror)
