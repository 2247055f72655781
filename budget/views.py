"""Pages of the room."""

from flask import Blueprint

blueprint = Blueprint("budget", __name__)
