// A click on another page must win. Streamlit merges requests that meet: one of a part of the old page, sent after
// the click, can put the old page in the new one's place, or leave it blank. So our parts are quiet while the page
// turns, and a turn that was lost all the same is asked for again. What the old page has to bring to the server goes
// first: then the new page counts it, and the two requests do not meet.
//
// One watcher per tab, `window.alTurning`, whichever component loads first.

const LOOK_MS = 250;
const CALM_LOOKS = 3; // so many looks in a row at an idle page mean that it has come to rest
const MOST_CLICKS = 3;
const LONGEST_MS = 20000;

// Every page of the app has a title; one without is only half drawn.
export const hasTitle = () => document.querySelector('[data-testid=stMain] h1') !== null;

const LINKS = 'nav a[href], header a[href]';
const linkTo = (path) => [...document.querySelectorAll(LINKS)].find((one) => one.pathname === path);

class Turning {
  constructor() {
    this.path = null; // where the person wants to go, until the page is there
    this.before = () => null; // a promise of what must be done before, or null
    this.isReady = false; // it is done
    document.addEventListener('click', (event) => this.note(event), {capture: true});
    window.addEventListener('popstate', () => this.end());
  }

  get isOn() {
    return this.path !== null;
  }

  note(event) {
    const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    const link = isPlain && event.target.closest?.(LINKS);
    if (!link || link.origin !== location.origin) return;
    if (link.pathname === this.path) return; // our own second click
    const done = this.isReady ? null : this.before();
    if (done) {
      event.preventDefault();
      event.stopImmediatePropagation();
      done.then(() => this.follow(link.pathname));
      return;
    }
    this.end();
    this.path = link.pathname;
    this.hasTitle = hasTitle();
    this.clicks = 1;
    this.calm = 0;
    this.until = performance.now() + LONGEST_MS;
    this.timer = setInterval(() => this.look(), LOOK_MS);
  }

  follow(path) {
    this.isReady = true;
    linkTo(path)?.click();
    this.isReady = false;
  }

  look() {
    const isIdle = document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning';
    this.calm = isIdle ? this.calm + 1 : 0;
    if (performance.now() > this.until) this.end();
    else if (this.calm >= CALM_LOOKS) this.arrive();
  }

  arrive() {
    const isThere = location.pathname === this.path && (hasTitle() || !this.hasTitle);
    const link = linkTo(this.path);
    if (isThere || !link || this.clicks >= MOST_CLICKS) {
      this.end();
      return;
    }
    this.clicks += 1;
    this.calm = 0;
    link.click();
  }

  end() {
    clearInterval(this.timer);
    this.path = null;
  }
}

export function pageTurning() {
  window.alTurning ??= new Turning();
  return window.alTurning;
}
