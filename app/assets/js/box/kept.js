// What the voter sent, for as long as it takes to see it recorded; gone with the tab.

const name = (contest) => `cast:${contest}`;

export const keep = (contest, members) => sessionStorage.setItem(name(contest), JSON.stringify(members));

/** The members that were sent, or null: cast without scripts, or compared already. */
export const kept = (contest) => JSON.parse(sessionStorage.getItem(name(contest)));

export const forget = (contest) => sessionStorage.removeItem(name(contest));
