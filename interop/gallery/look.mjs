// Takes a picture of every mail, and looks for what people could not read: text that does not stand out from its background,
// pages wider than a narrow screen. Usage: look.mjs MODULES CHROMIUM PROFILE HTML_FOLDER PICTURE_FOLDER
// Each finding is a line; the exit code is 1 if there is one.
import { createRequire } from 'node:module';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, executablePath, profile, from, to] = process.argv.slice(2);
const { chromium } = createRequire(join(modules, 'package.json'))('playwright-core');
const PICTURES = [600, 390];
const NARROWEST = 320;
const SCHEMES = ['light', 'dark'];

// Runs in the page. WCAG 2.2 §1.4.3: 4.5 to 1, and 3 to 1 for large text.
function illegible() {
  const channels = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const background = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = channels(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const words = walker.currentNode.data.trim();
    const shown = words && element.checkVisibility() && element.getBoundingClientRect().height > 1;
    if (!shown || ['STYLE', 'SCRIPT'].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    if (size === 0) continue;
    const pair = [luminance(channels(style.color)), luminance(background(element))].sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) found.add(`contrast ${ratio.toFixed(1)}: ${words.slice(0, 40)}`);
  }
  return [...found];
}

const browser = await chromium.launchPersistentContext(profile, {
  executablePath,
  headless: true,
  chromiumSandbox: false,
  args: ['--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
});
// A mail is read without the network.
await browser.route('**', (route) => (route.request().url().startsWith('file:') ? route.continue() : route.abort()));
const page = browser.pages()[0] ?? (await browser.newPage());
let count = 0;
for (const file of readdirSync(from).filter((name) => name.endsWith('.html')).sort()) {
  const name = file.slice(0, -'.html'.length);
  const tell = (what) => {
    count += 1;
    console.log(`${name}: ${what}`);
  };
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    for (const width of PICTURES) {
      await page.setViewportSize({ width, height: 400 });
      await page.goto(pathToFileURL(join(from, file)).href);
      await page.screenshot({ path: join(to, `${name}.${width}.${colorScheme}.png`), fullPage: true });
    }
    for (const what of await page.evaluate(illegible)) tell(`${colorScheme}: ${what}`);
  }
  await page.setViewportSize({ width: NARROWEST, height: 400 });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  if (width > NARROWEST) tell(`${width} pixels wide on a screen of ${NARROWEST}`);
}
await browser.close();
process.exit(count > 0 ? 1 : 0);
