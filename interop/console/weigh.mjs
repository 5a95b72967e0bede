// Signs in, finds every page and what it loads, and prints one JSON object: the session's cookie, the pages with their octets, and
// further views of lists: other pages of them, filters, searches. Usage: weigh.mjs GIVEN (JSON)
import { gzipSync } from 'node:zlib';
import { context, paths, session, start } from './browser.mjs';

const given = JSON.parse(process.argv[2]);
const browser = await start(given);
const state = await session(browser, given);
const made = await context(browser, { base: given.base, session: state });
const page = await made.newPage();
await page.goto('/');
const { pages, missing } = await paths(page, given.screens);
if (missing.length > 0) throw new Error(`no page leads to ${missing.join(', ')}`);
await made.close();

const weighed = [];
const views = [];
for (const { name, path } of pages) {
  // A visitor who has nothing yet.
  const fresh = await context(browser, { base: given.base, session: state });
  const page = await fresh.newPage();
  const answers = [];
  page.on('response', (answer) => answers.push(answer));
  await page.goto(path, { waitUntil: 'load' });
  const octets = { html: 0, css: 0, js: 0 };
  for (const answer of answers) {
    const type = answer.headers()['content-type'] ?? '';
    const kind = Object.keys(octets).find((kind) => type.includes(kind === 'js' ? 'javascript' : kind));
    if (!kind || answer.frame() !== page.mainFrame()) continue;
    // Pages are not sent compressed: what a proxy in front would make of them.
    const packed = 'content-encoding' in answer.headers();
    octets[kind] += packed ? (await answer.request().sizes()).responseBodySize : gzipSync(await answer.body()).length;
  }
  weighed.push({ name, path, ...octets });
  const own = (href) => href.startsWith(path.split('?')[0] + '?');
  const pager = await page.$$eval('a[href*="after="], a[href*="before="]', (all) => all.map((one) => one.getAttribute('href')));
  views.push(...pager.filter(own).map((href) => ({ name: `${name}, another page`, path: href })));
  const choices = await page.$$eval('form[method=get] select', (all) => all.flatMap((one) => [...one.options].map((option) => [one.name, option.value])));
  if (!path.includes('?')) {
    views.push(...choices.filter(([, value]) => value).map(([field, value]) => ({
      name: `${name}, ${field}=${value}`, path: `${path}?${field}=${encodeURIComponent(value)}`,
    })));
  }
  await fresh.close();
}

const looking = await context(browser, { base: given.base, session: state });
const list = await looking.newPage();
await list.goto('/w/default/activity?status=delivered');
const address = (await list.locator('tbody tr td:nth-child(3)').first().innerText()).trim().split(/\s/)[0];
const searches = [
  ['an address', address], ['an address that nobody has', 'nobody@nowhere.example'], ['a domain', '@correo.example'],
  ['a word of many subjects', 'pedido'], ['the start of a word', 'fact*'], ['a tag', 'tag:kind:order'],
  ['words of a reply', 'reply:greylisted'], ['two things', `subject:recibo to:@example.com`], ['a number', '49451'],
];
for (const [what, q] of searches) views.push({ name: `search: ${what}`, path: `/w/default/activity?q=${encodeURIComponent(q)}` });
views.push({ name: 'search: a domain, bounced', path: '/w/default/activity?q=%40correo.example&status=bounced' });
for (const range of ['24h', '7d', '30d', '90d']) views.push({ name: `overview of ${range}`, path: `/w/default/?range=${range}` });
await browser.close();
const cookie = state.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
console.log(JSON.stringify({ cookie, pages: weighed, views }));
