// People's errands in the console, each on its own. Usage: tests.mjs GIVEN (JSON).
// A line for each: `passed: NAME` or `failed: NAME | WHY`. Nothing sleeps: what is waited for is looked at until it is there.
import { NARROW, WIDE, axe, context, paths, session, sideways, signIn, start } from './browser.mjs';

const given = JSON.parse(process.argv[2]);
const browser = await start(given);
const script = axe(given.modules);
const WAIT_MS = 15_000;
const LOAD_MAX_BYTES = 60 * 1024;
// Pages whose purpose is an editor may load one.
const EDITORS = [/\/templates\//, /\/parts\//];

async function errand(name, work) {
  try {
    await work();
    console.log(`passed: ${name}`);
  } catch (error) {
    const why = (error.message ?? String(error)).split('\n').slice(0, 6).join(' ').slice(0, 900);
    console.log(`failed: ${name} | ${why}`);
  }
}

function must(holds, why) {
  if (!holds) throw new Error(why);
}

// A page of its own, and whatever it complained about.
async function visit(options, work) {
  const made = await context(browser, options);
  const page = await made.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on('console', (said) => said.type() === 'error' && complaints.push(`${page.url()}: ${said.text()}`));
  try {
    await work(page, complaints);
  } finally {
    await made.close();
  }
}

// Loads a page again until something is on it.
async function until(page, what) {
  const end = Date.now() + WAIT_MS;
  while ((await page.locator(what).count()) === 0) {
    must(Date.now() < end, `${page.url()} never showed ${what}`);
    await page.reload();
  }
}

// Presses Tab until the element that has the focus fits; with no mouse there is no other way.
async function tabTo(page, selector) {
  for (let presses = 0; presses < 120; presses += 1) {
    await page.keyboard.press('Tab');
    const there = await page.evaluate((selector) => document.activeElement?.matches(selector) ?? false, selector);
    if (there) {
      const seen = await page.evaluate(() => {
        // A field's frame may show it in the place of the input.
        const around = [document.activeElement, document.activeElement.parentElement].map((one) => getComputedStyle(one));
        return around.some((style) => style.outlineStyle !== 'none' || style.boxShadow !== 'none');
      });
      must(seen, `nobody sees that ${selector} has the focus`);
      return;
    }
  }
  throw new Error(`Tab never came to ${selector}`);
}

await errand('the first start leads from an empty folder to a delivered message', async () => {
  await visit({ base: given.fresh }, async (page, complaints) => {
    await page.goto(given.setup);
    await page.fill('input[name=name]', 'Lucía Ferrer');
    await page.fill('input[name=email]', 'lucia@marea.example');
    await page.fill('input[name=password]', 'a horse in the rain');
    await page.fill('input[name=workspace]', 'Marea');
    await Promise.all([page.waitForURL(/\/w\/default\//), page.click('form[action^="/setup"] button.pri')]);
    // The key of the first start, as an application would use it.
    const mail = { from: 'you@app.example', to: 'ann@example.org', subject: 'Hello from the first start', text: 'It works.' };
    const headers = { authorization: `Bearer ${given.key}`, 'content-type': 'application/json' };
    const sent = await fetch(`${given.fresh}/emails`, { method: 'POST', headers, body: JSON.stringify(mail) });
    must(sent.ok, `the API answers ${sent.status}`);
    await page.goto('/w/default/activity');
    await until(page, 'a.rowlink:has-text("Hello from the first start")');
    await page.click('a.rowlink');
    await until(page, '.verdict .st.ok');
    must(complaints.length === 0, complaints[0]);
  });
});

const state = await session(browser, given);
const inside = { base: given.base, session: state };

await errand('why a message bounced is found out', async () => {
  await visit(inside, async (page) => {
    await page.goto('/w/default/activity');
    await page.selectOption('select[name=status]', 'bounced');
    await Promise.all([page.waitForURL(/status=bounced/), page.click('form.filters button.pri')]);
    await page.locator('a.rowlink').first().click();
    const reply = await page.locator('.verdict .quote').innerText();
    must(/^5\d\d/.test(reply), `the reply is not that of a bounce: ${reply}`);
    must((await page.locator('#why').innerText()).length > 10, 'the verdict says nothing');
    must(/RCPT TO:<|MAIL FROM:</.test(await page.locator('main').innerText()), 'the conversation is not there');
  });
});

await errand('the language is switched, and stays', async () => {
  await visit({ base: given.base }, async (page) => {
    await signIn(page, given);
    const before = await page.locator('nav.nav a').first().innerText();
    await page.locator('.top details.menu').first().locator('summary').click();
    await Promise.all([page.waitForLoadState('load'), page.click('.top button[name=language][value="zh-CN"]')]);
    await page.waitForSelector('html[lang="zh-CN"]');
    await page.goto('/w/default/activity');
    must((await page.getAttribute('html', 'lang')) === 'zh-CN', 'the next page is in another language');
    must((await page.locator('nav.nav a').first().innerText()) !== before, 'the navigation is still in English');
    await page.locator('.top details.menu').first().locator('summary').click();
    await page.click('.top button[name=language][value="en"]');
    await page.waitForSelector('html[lang="en"]');
  });
});

await errand('signing in and reading a message needs no mouse', async () => {
  await visit({ base: given.base }, async (page) => {
    await page.goto('/login');
    await tabTo(page, 'input[name=email]');
    await page.keyboard.type(given.email);
    await tabTo(page, 'input[name=password]');
    await page.keyboard.type(given.password);
    await Promise.all([page.waitForURL(/\/w\//), page.keyboard.press('Enter')]);
    await tabTo(page, 'a[href$="/activity"]');
    await Promise.all([page.waitForURL(/\/activity$/), page.keyboard.press('Enter')]);
    await tabTo(page, 'a.rowlink');
    await Promise.all([page.waitForURL(/\/activity\/msg_/), page.keyboard.press('Enter')]);
    await page.waitForSelector('#why');
  });
});

let pages = [];
await errand('every screen can be reached from another', async () => {
  await visit(inside, async (page) => {
    await page.goto('/');
    const reached = await paths(page, given.screens);
    pages = [...reached.pages, { name: '/login', path: '/login', out: true }];
    must(reached.missing.length === 0, `no page leads to ${reached.missing.join(', ')}`);
  });
});

await errand('no screen is wider than a phone', async () => {
  const wide = [];
  for (const out of [false, true]) {
    await visit({ ...inside, session: out ? undefined : state, viewport: NARROW }, async (page) => {
      for (const { name, path } of pages.filter((one) => Boolean(one.out) === out)) {
        await page.goto(path);
        const found = await sideways(page);
        if (found) wide.push(`${name}: ${found}`);
      }
    });
  }
  must(pages.length > 0 && wide.length === 0, wide.join('; '));
});

for (const { name, path, out } of pages) {
  await errand(`${name} is there for everybody, light and dark`, async () => {
    const found = [];
    for (const colorScheme of ['light', 'dark']) {
      await visit({ ...inside, session: out ? undefined : state, viewport: WIDE, colorScheme }, async (page, complaints) => {
        let loaded = 0;
        const answers = [];
        page.on('response', (answer) => answers.push(answer));
        await page.goto(path, { waitUntil: 'load' });
        for (const answer of answers) {
          const type = answer.headers()['content-type'] ?? '';
          if (/css|javascript/.test(type)) loaded += (await answer.request().sizes()).responseBodySize;
        }
        const editor = EDITORS.some((one) => one.test(path));
        if (!editor && loaded > LOAD_MAX_BYTES) found.push(`${loaded} octets of styles and scripts`);
        found.push(...complaints);
        await page.evaluate(script);
        const result = await page.evaluate(() => window.axe.run(document, {
          iframes: false, resultTypes: ['violations'],
          runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        }));
        for (const one of result.violations) {
          found.push(`${colorScheme}: ${one.id} at ${one.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(', ')} (${one.nodes.length})`);
        }
      });
    }
    must(found.length === 0, found.join('; '));
  });
}

await browser.close();
