// Takes a picture of every screen: wide and narrow, light and dark, in English, and some in each other language.
// Usage: screens.mjs GIVEN (JSON) OUT. A line for each finding; the exit code is 1 if there is one.
import { join } from 'node:path';
import { NARROW, WIDE, context, paths, session, sideways, slug, start } from './browser.mjs';

const given = JSON.parse(process.argv[2]);
const out = process.argv[3];
const OTHERS = ['es-ES', 'pt-BR', 'zh-CN'];
const IN_OTHERS = ['/w/{workspace}/', '/w/{workspace}/activity', '/w/{workspace}/activity/{email}', '/w/{workspace}/queue'];

const browser = await start(given);
const findings = [];
let count = 0;

async function take(state, pages, { locale = 'en-GB', sizes = [WIDE, NARROW], schemes = ['light', 'dark'] } = {}) {
  for (const viewport of sizes) {
    for (const colorScheme of schemes) {
      const made = await context(browser, { base: given.base, viewport, colorScheme, locale, session: state });
      const page = await made.newPage();
      page.on('pageerror', (error) => findings.push(`${page.url()}: ${error.message}`));
      page.on('console', (said) => said.type() === 'error' && findings.push(`${page.url()}: ${said.text()}`));
      for (const { name, path } of pages) {
        await page.goto(path, { waitUntil: 'load' });
        await page.evaluate(() => document.fonts.ready.then(() => undefined));
        const wide = await sideways(page);
        if (wide) findings.push(`${name} at ${viewport.width}: wider than its window: ${wide}`);
        // What is fixed to the window's edge shall be at the page's.
        const height = await page.evaluate(() => document.scrollingElement.scrollHeight);
        await page.setViewportSize({ width: viewport.width, height: Math.max(viewport.height, height) });
        const file = `${slug(name)}-${locale.slice(0, 2)}-${colorScheme}-${viewport.width}.png`;
        await page.screenshot({ path: join(out, file), fullPage: true });
        await page.setViewportSize(viewport);
        count += 1;
      }
      await made.close();
    }
  }
}

const state = await session(browser, given);
const looking = await context(browser, { base: given.base, session: state });
const page = await looking.newPage();
await page.goto('/');
const { pages, missing } = await paths(page, given.screens);
await looking.close();
for (const name of missing) findings.push(`${name}: no page leads there`);
await take(state, pages);
await take(undefined, [{ name: '/login', path: '/login' }]);
for (const locale of OTHERS) {
  await take(state, pages.filter(({ name }) => IN_OTHERS.includes(name)), { locale, schemes: ['light'] });
  await take(undefined, [{ name: '/login', path: '/login' }], { locale, sizes: [WIDE], schemes: ['light'] });
}
await browser.close();
for (const finding of new Set(findings)) console.log(finding);
console.log(`${count} pictures of ${pages.length + 1} screens`);
process.exit(findings.length > 0 ? 1 : 0);
