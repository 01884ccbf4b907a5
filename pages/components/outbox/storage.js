// What a tab has not brought to the server yet, kept in localStorage so that a reload or a closed tab
// loses nothing. One entry per scope (workspace and person) and tab. Copying an entry twice does no harm:
// every answer has an id of its own and the server stores an id once.

const PREFIX = 'al-outbox|';

function entryKey(scope, tab) {
  return `${PREFIX}${scope}|${tab}`;
}

function entriesOfScope(scope) {
  const start = entryKey(scope, '');
  const tabs = Object.keys(localStorage).filter((key) => key.startsWith(start));
  // A tab's name has no bar in it, so the entries of the scope "w|1|x" are not those of "w|1".
  return tabs.filter((key) => !key.slice(start.length).includes('|'));
}

function readEntry(key) {
  try {
    const answers = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(answers) ? answers : [];
  } catch (error) {
    console.warn(`Active Learners: the kept answers "${key}" cannot be read`, error);
    return [];
  }
}

// Returns whether the browser keeps `answers`; storage can be full, or switched off.
export function keepAnswers(scope, tab, answers) {
  try {
    if (answers.length) localStorage.setItem(entryKey(scope, tab), JSON.stringify(answers));
    else localStorage.removeItem(entryKey(scope, tab));
    return true;
  } catch {
    return false;
  }
}

// Marks this tab as alive until the returned function is called. The mark is a lock, which the browser
// takes back by itself when a tab ends. Without a secure context there are no locks: then nobody can tell
// whether a tab lives, and `sweep` copies what it finds, which the ids make harmless.
export function markAlive(scope, tab) {
  if (!navigator.locks) return () => {};
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  navigator.locks.request(entryKey(scope, tab), () => released);
  return release;
}

// Hands every entry of ended tabs of `scope` to `adopt`, which returns whether it has kept the answers
// safely; only then the entry goes. Two tabs that sweep at once: the lock gives an entry to one of them.
export async function sweep(scope, tab, adopt) {
  const move = (key) => {
    const answers = readEntry(key);
    if (answers.length && adopt(answers)) localStorage.removeItem(key);
  };
  let keys = [];
  try {
    keys = entriesOfScope(scope).filter((key) => key !== entryKey(scope, tab));
  } catch {
    return; // no storage: nothing can have been left there
  }
  for (const key of keys) {
    if (navigator.locks) {
      await navigator.locks.request(key, {ifAvailable: true}, (lock) => {
        if (lock) move(key);
      });
    } else move(key);
  }
}

export const canTellLiveTabs = () => Boolean(navigator.locks);
