// What the pictures and the tests share: a browser that reaches nothing but loopback, signing in, and the screens that there are.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const WIDE = { width: 1280, height: 900 };
export const NARROW = { width: 390, height: 844 };

// `given`: modules, chromium, profile; the product's address, email and password; the list of screens.
export async function start(given) {
  const { chromium } = createRequire(join(given.modules, 'package.json'))('playwright-core');
  return chromium.launch({
    executablePath: given.chromium,
    headless: true,
    chromiumSandbox: false,
    args: [
      '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run',
      '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
}

export function axe(modules) {
  return readFileSync(join(modules, 'node_modules/axe-core/axe.min.js'), 'utf8');
}

// A context with a browser's language, width and colours.
export async function context(browser, { base, viewport = WIDE, colorScheme = 'light', locale = 'en-GB', session }) {
  const made = await browser.newContext({
    baseURL: base, viewport, colorScheme, locale, timezoneId: 'UTC', reducedMotion: 'reduce', storageState: session,
  });
  made.setDefaultTimeout(15_000);
  return made;
}

export async function signIn(page, { email, password }) {
  await page.goto('/login');
  await page.fill('input[name=email]', email);
  await page.fill('input[name=password]', password);
  await Promise.all([page.waitForURL(/\/w\//), page.click('main form button.pri, form[action^="/login"] button.pri')]);
}

// A session that other contexts take over.
export async function session(browser, given) {
  const made = await context(browser, { base: given.base });
  const page = await made.newPage();
  await signIn(page, given);
  const state = await made.storageState();
  await made.close();
  return state;
}

// Screens that are not looked at by themselves, and why.
const ELSEWHERE = {
  '/': 'leads on',
  '/setup': 'the first start, where there is nobody yet',
  '/login': 'looked at signed out',
  '/w/{workspace}/activity/{email}/preview': 'what a mail says, in a frame of its page',
  '/login/code': 'the second step of signing in',
  '/login/oidc/callback': 'where an issuer of accounts sends people back',
  '/support/{token}': 'opened by the errand that makes a link',
  '/invitation/{token}': 'opened by the errand that invites',
  '/password/{token}': 'where a mailed link leads',
  '/w/{workspace}/setup/domains/{id}': 'a part of the set-up',
  '/w/{workspace}/setup/messages/{email}': 'a part of the set-up',
  '/w/{workspace}/templates/images/pick': 'a part of the editor',
};

// Every page of the list as a path that can be opened: what has ids gets them from links on other pages.
export async function paths(page, screens) {
  const wanted = screens.filter((one) => one.method === 'GET' && !(one.path in ELSEWHERE)).map((one) => one.path);
  const patterns = new Map(wanted.map((path) => [path, pattern(path)]));
  const found = new Map(wanted.filter((path) => !/\{(?!workspace)/.test(path)).map((path) => [path, path.replace('{workspace}', 'default')]));
  const literal = new Set(found.values());
  const looked = new Set();
  // Tabs of a page: other views of the same path.
  const views = new Map();
  // A bounced mail tells more than one that arrived.
  const queue = ['/w/default/activity?status=bounced', ...found.values()];
  while (queue.length > 0) {
    const path = queue.shift();
    if (looked.has(path)) continue;
    looked.add(path);
    if (!(await isPage(page, path))) continue;
    await page.goto(path, { waitUntil: 'domcontentloaded' });
    for (const tab of await page.$$eval('nav.tabs a[href]:not([aria-current])', (all) => all.map((one) => one.getAttribute('href')))) {
      const here = [...found].find(([, known]) => known === tab.split('?')[0] && known === path);
      if (here && tab.includes('?')) {
        views.set(`${here[0]}?${tab.split('?')[1]}`, tab);
        queue.push(tab);
      }
    }
    // Links, frames, and what scripts load: whatever an attribute names that does not name where a form is sent.
    const named = await page.$$eval('body *:not(form[method=post])', (all) =>
      all.flatMap((one) => [...one.attributes].filter(({ name, value }) => name !== 'formaction' && value.startsWith('/')).map(({ value }) => value)));
    for (const link of new Set(named.map((link) => new URL(link, page.url()).pathname))) {
      for (const [name, matches] of patterns) {
        // Literal parts beat ids: `/templates/new` is none of `/templates/{id}`.
        if (!found.has(name) && matches.test(link) && !literal.has(link)) {
          found.set(name, link);
          queue.push(link);
        }
      }
    }
  }
  const missing = wanted.filter((path) => !found.has(path));
  const pages = [];
  for (const [name, path] of [...found, ...views]) if (await isPage(page, path)) pages.push({ name, path });
  return { pages, missing };
}

function pattern(path) {
  const parts = path.replace('{workspace}', 'default').split('/');
  const part = (text) => (text.startsWith('{') ? '[^/]+' : text.replace(/[.]/g, '\\.'));
  return new RegExp(`^${parts.map(part).join('/')}$`);
}

// Whether an answer is a page of the console: no file, no stream, no part of a page, nothing that is shown in a frame of its own.
async function isPage(page, path) {
  const cookies = await page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const stop = new AbortController();
  const base = new URL(page.url()).origin;
  const answer = await fetch(base + path, { headers: { cookie, accept: 'text/html' }, redirect: 'manual', signal: stop.signal });
  const type = answer.headers.get('content-type') ?? '';
  const policy = answer.headers.get('content-security-policy') ?? '';
  const html = answer.status === 200 && type.startsWith('text/html') && !policy.includes('sandbox');
  const whole = html && /^\s*<!doctype html/i.test(await answer.text());
  stop.abort();
  if (answer.status >= 400) throw new Error(`${path} answers ${answer.status}`);
  return whole;
}

// A name for a file.
export function slug(name) {
  const words = name.replace('/w/{workspace}', '').replace(/[{}]/g, '').replace(/[?&=]+/g, '-').split('/').filter(Boolean);
  return words.join('-') || 'overview';
}

// Whether a page is wider than its window, and what makes it so.
export function sideways(page) {
  return page.evaluate(() => {
    const root = document.scrollingElement;
    if (root.scrollWidth <= window.innerWidth) return null;
    const wide = [...document.querySelectorAll('body *')].find((one) => {
      const box = one.getBoundingClientRect();
      return box.width > 0 && box.right > window.innerWidth + 1;
    });
    return `${root.scrollWidth} px by ${wide ? `${wide.tagName.toLowerCase()}.${wide.className.baseVal ?? wide.className}` : 'something'}`;
  });
}
