// People's errands in the console, each on its own. Usage: tests.mjs GIVEN (JSON).
// A line for each: `passed: NAME` or `failed: NAME | WHY`. Nothing sleeps: what is waited for is looked at until it is there.
import { createServer } from 'node:http';
import { NARROW, WIDE, axe, context, paths, session, sideways, signIn, start } from './browser.mjs';
import { atIssuer, together } from './oidc.mjs';

const given = JSON.parse(process.argv[2]);
const browser = await start(given);
const script = axe(given.modules);
const WAIT_MS = 15_000;
// Rows that somebody chooses. Reason: a question names ten at most.
const CHOSEN = 8;
const LOAD_MAX_BYTES = 60 * 1024;
// Pages whose purpose is an editor may load one.
const EDITORS = [/\/templates\//, /\/parts\//];

// Only the errands whose name has this, for who mends one.
const only = process.argv[3] ?? '';

async function errand(name, work) {
  if (!name.includes(only)) return;
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

// What axe-core finds wrong with a page.
async function violations(page) {
  await page.evaluate(script);
  const result = await page.evaluate(() => window.axe.run(document, {
    iframes: false, resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  return result.violations.map((one) => {
    const where = one.nodes.slice(0, 3).map((node) => node.target.join(' ')).join(', ');
    return `${one.id} at ${where} (${one.nodes.length})`;
  });
}

// The same for a page that nothing leads to.
async function look(page, what) {
  const found = await violations(page);
  must(found.length === 0, `${what}: ${found.join(', ')}`);
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
    await Promise.all([page.waitForURL('**/w/default/setup'), page.click('form[action^="/setup"] button.pri')]);
    const onward = (selector) => Promise.all([page.waitForURL(/\/w\/default\/setup/), page.click(selector)]);
    await page.goto('/w/default/setup?step=domain&domain=new');
    await page.fill('form[action$="/setup/domain"] #f-name', 'marea.example');
    await onward('form[action$="/setup/domain"] button');
    must((await page.locator('pr-copy').count()) > 2, 'no records to copy');
    await page.goto('/w/default/setup?step=key');
    await page.click('form[action$="/setup/key"] button');
    await page.locator('pr-copy code', { hasText: /^pr_/ }).first().waitFor();
    await onward('a.pri[href$="step=message"]');
    await page.fill('#f-to', 'ann@example.org');
    await onward('form[action$="/setup/message"] button.pri');
    await until(page, 'main .st.ok');
    // An application sends with the key of the first start.
    const mail = { from: 'you@app.example', to: 'ann@example.org', subject: 'Hello from the first start', text: 'It works.' };
    const headers = { authorization: `Bearer ${given.key}`, 'content-type': 'application/json' };
    const sent = await fetch(`${given.fresh}/emails`, { method: 'POST', headers, body: JSON.stringify(mail) });
    must(sent.ok, `the API answers ${sent.status}`);
    await page.goto('/w/default/activity');
    await until(page, 'a.rowlink:has-text("Hello from the first start")');
    await page.click('a.rowlink:has-text("Hello from the first start")');
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

await errand('a marketer is invited, comes, and sees no keys', async () => {
  await visit(inside, async (page) => {
    await page.goto('/w/default/users');
    await page.fill('#f-email', 'mara@people.example');
    await page.selectOption('form[action$="/invitations"] select[name=role]', 'marketer');
    await page.click('form[action$="/invitations"] button.pri');
    const link = await page.locator('pr-copy code', { hasText: '/invitation/' }).innerText();
    await visit({ base: given.base }, async (hers) => {
      await hers.goto(new URL(link).pathname);
      await look(hers, link);
      await hers.fill('#f-name', 'Mara Costa');
      await hers.fill('#f-password', 'a boat in the harbour');
      await Promise.all([hers.waitForURL(/\/w\/default\//), hers.click('form[action^="/invitation/"] button.pri')]);
      must((await hers.locator('.nav a[href$="/templates"]').count()) > 0, 'a marketer has no templates');
      must((await hers.locator('.nav a[href$="/keys"]').count()) === 0, 'a marketer is led to keys');
      must((await hers.goto('/w/default/keys')).status() === 403, 'a marketer sees keys');
      must((await hers.goto(new URL(link).pathname)).status() !== 200, 'the invitation opens twice');
    });
  });
});

await errand('mail is chosen in Activity, by mouse and keys, and sent again after its number was named', async () => {
  await visit(inside, async (page, complaints) => {
    await page.goto('/w/default/activity?status=delivered');
    const boxes = page.locator('#mails input[name=chosen]');
    await boxes.nth(0).check();
    await page.locator('#mails a.rowlink').nth(1).focus();
    await page.keyboard.press('x');
    must(await boxes.nth(1).isChecked(), 'x ticks no row');
    for (let row = 2; row < CHOSEN; row += 1) await boxes.nth(row).check();
    must((await page.locator('#chosen output').innerText()).includes(CHOSEN), 'nobody counts what is chosen');
    await Promise.all([page.waitForURL(/\/activity\/again/), page.click('#chosen button[formaction$="/again"]')]);
    // Some went to several people, or to somebody who is suppressed by now: these are left out, and that is said.
    const named = await page.locator('main li').count();
    must(named > 0 && (await page.locator('h1').innerText()).includes(named), 'the number is not named');
    must(named === CHOSEN || (await page.getByText('left out').count()) === 1, `${named} of ${CHOSEN}, and nobody says why`);
    await look(page, 'a question about mail');
    await Promise.all([page.waitForURL(/activity\?.*done=/), page.click('main button.pri')]);
    await page.locator('main [role=status]', { hasText: `Done: ${named}.` }).waitFor();
    must(/status=delivered/.test(page.url()), 'the filter is lost');
    await page.goto('/w/default/activity?status=bounced&range=12mo');
    await page.locator('#chosen input[name=all]').check();
    await Promise.all([page.waitForURL(/\/activity\/cancel/), page.locator('#chosen button').first().click()]);
    must((await page.locator('main button[name=sure]').count()) === 0, 'what bounced waits for nothing');
    must(complaints.length === 0, complaints[0]);
  });
});

await errand('a message is shown to somebody without an account', async () => {
  await visit(inside, async (page) => {
    await page.goto('/w/default/activity?status=bounced');
    await page.locator('a.rowlink').first().click();
    await page.locator('form[action$="/share"] button').first().evaluate((button) => button.form.requestSubmit(button));
    const link = await page.locator('pr-copy code', { hasText: '/support/' }).innerText();
    await visit({ base: given.base }, async (theirs) => {
      await theirs.goto(new URL(link).pathname);
      await look(theirs, link);
      must((await theirs.locator('form:not([action^="/manner"])').count()) === 0, 'something can be changed there');
    });
  });
});

await errand('an image is uploaded where a template is written', async () => {
  await visit({ ...inside, session: state, viewport: WIDE }, async (page) => {
    await page.goto('/w/default/templates');
    await page.click('a.strong[href*="/templates/tpl_"]');
    await page.locator('.code-body .cm-content').waitFor();
    await page.click('[data-pictures]');
    await page.setInputFiles('#f-picture', { name: 'a.svg', mimeType: 'image/svg+xml', buffer: Buffer.from('<svg/>') });
    await page.locator('dialog.pictures .mistake').waitFor();
    const gif = Buffer.from('R0lGODlhAgACAIAAAP8AAP///ywAAAAAAgACAAACAoRRADs=', 'base64');
    await page.setInputFiles('#f-picture', { name: 'a.gif', mimeType: 'image/gif', buffer: gif });
    await page.locator('.code-body .cm-content', { hasText: /\/i\/[0-9a-f]{32}/ }).waitFor();
    must((await page.locator('dialog.pictures[open]').count()) === 0, 'the dialog is still open');
  });
});

await errand('a template is made, tried, tested and published', async () => {
  await visit(inside, async (page, complaints) => {
    await page.goto('/w/default/templates/new');
    await page.fill('#f-name', 'Greeting of the tests');
    await page.fill('#f-key', 'greeting-of-tests');
    await Promise.all([page.waitForURL(/\/templates\/tpl_/), page.click('button[name=from][value=welcome]')]);
    await page.locator('.cm-editor').first().waitFor();
    await page.fill('#f-subject', 'Welcome aboard, {{ name }}');
    await page.locator('.inboxline', { hasText: 'Welcome aboard, ' }).waitFor();
    // Its preview is asked for by POST, too, at /look: any other answer tells that it is kept.
    const kept = page.waitForResponse((answer) => answer.request().method() === 'POST' && !new URL(answer.url()).pathname.endsWith('/look') && answer.ok());
    await Promise.all([kept, page.keyboard.press('Control+s')]);
    await page.goto(new URL(page.url()).pathname);
    must((await page.inputValue('#f-subject')).startsWith('Welcome aboard'), 'the draft was not kept');
    await page.click('form[action$="/test"] >> xpath=ancestor::details >> summary');
    await page.fill('#f-to', 'ann@example.org');
    await Promise.all([page.waitForURL(/told=|activity/), page.click('form[action$="/test"] button.pri')]);
    await page.goto(new URL(page.url()).pathname.replace(/(tpl_[a-z0-9]+).*/, '$1/versions'));
    await Promise.all([page.waitForURL(/told=|versions/), page.click('form[action$="/publish"] button.pri')]);
    await page.goto('/w/default/templates');
    const row = page.locator('tr', { hasText: 'Greeting of the tests' });
    must(/1/.test(await row.innerText()), 'no version is live');
    await page.goto('/w/default/activity');
    await until(page, 'a.rowlink:has-text("Welcome aboard")');
    must(complaints.length === 0, complaints[0]);
  });
});

await errand('an event is sent to an endpoint, and once more when it is replayed', async () => {
  const heard = [];
  const server = createServer((asked, answer) => {
    asked.resume().on('end', () => {
      heard.push(asked.headers['webhook-id']);
      answer.end('ok');
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const wait = async (n) => {
    const end = Date.now() + WAIT_MS;
    while (heard.length < n) {
      must(Date.now() < end, `only ${heard.length} of ${n} came`);
      await new Promise((done) => setImmediate(done));
    }
  };
  try {
    await visit(inside, async (page) => {
      await page.goto('/w/default/webhooks/new');
      await page.fill('#f-url', `http://127.0.0.1:${server.address().port}/hooks`);
      await page.click('form[action$="/webhooks"] button.pri');
      await page.locator('pr-copy code', { hasText: 'whsec_' }).first().waitFor();
      await page.goto('/w/default/webhooks');
      await page.locator('a.rowlink', { hasText: `127.0.0.1:${server.address().port}` }).click();
      await page.click('form[action$="/test"] button');
      await wait(1);
      await page.waitForURL(/\/attempts\//);
      const endpoint = page.url().replace(/\/attempts\/.*/, '');
      await page.goto('/w/default/setup?step=message');
      await page.fill('#f-to', 'ann@example.org');
      await page.click('form[action$="/setup/message"] button.pri');
      await wait(2);
      await page.goto(endpoint);
      await until(page, 'tr:has-text("email.delivered") a.rowlink, li:has-text("email.delivered") a.rowlink');
      await page.locator('tr:has-text("email.delivered") a.rowlink, li:has-text("email.delivered") a.rowlink').first().click();
      await page.click('form[action$="/replay"] button');
      await wait(3);
      must(heard[1] && heard[1] === heard[2], `a replay has another id: ${heard}`);
    });
  } finally {
    server.close();
  }
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
        found.push(...(await violations(page)).map((one) => `${colorScheme}: ${one}`));
      });
    }
    must(found.length === 0, found.join('; '));
  });
}

// The last, for whoever sets up a second factor ends their other sessions.
await errand('a passkey is added, signs in, and is removed', async () => {
  // There are passkeys for names alone, and of those without TLS for this one.
  const base = given.base.replace('127.0.0.1', 'localhost');
  await visit({ base }, async (page, complaints) => {
    const devices = await page.context().newCDPSession(page);
    await devices.send('WebAuthn.enable');
    const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true };
    const { authenticatorId } = await devices.send('WebAuthn.addVirtualAuthenticator', { options });
    await signIn(page, given);
    await page.goto('/me');
    const form = page.locator('form[data-passkey=register]');
    await form.locator('input[name=name]').fill('The test’s device');
    await form.locator('input[name=password]').fill('not my password');
    await form.locator('button').click();
    await form.locator('[role=alert]', { hasText: 'password' }).waitFor();
    await form.locator('input[name=password]').fill(given.password);
    await Promise.all([page.waitForURL(/done=passkey/), form.locator('button').click()]);
    await look(page, 'a list of passkeys');
    const { credentials } = await devices.send('WebAuthn.getCredentials', { authenticatorId });
    must(credentials.length === 1 && credentials[0].isResidentCredential && credentials[0].rpId === 'localhost', 'no discoverable credential');
    const out = async () => {
      await page.goto('/me');
      await page.locator('.top details.menu').last().locator('summary').click();
      await Promise.all([page.waitForURL(/\/login/), page.locator('.top form[action="/sign-out"] button').click()]);
    };
    await out();
    const again = page.locator('form[data-passkey=sign-in]');
    await Promise.all([page.waitForURL(/\/w\//), again.locator('button').click()]);
    await page.goto('/me');
    const row = page.locator('tr', { hasText: 'The test’s device' });
    must(!/never/.test(await row.innerText()), 'nobody noted that it was used');
    await row.locator('summary').click();
    await row.locator('input[name=password]').fill(given.password);
    await Promise.all([page.waitForURL(/done=passkey-removed/), row.locator('button').click()]);
    // The device has it still; it opens nothing any more.
    await out();
    await Promise.all([page.waitForURL(/\/login\/passkey/), again.locator('button').click()]);
    await page.locator('.quote', { hasText: 'opens nothing' }).waitFor();
    // A refusal is an answer of its own; a live page that is left complains about its stream.
    const real = complaints.filter((said) => /\/(me|login)/.test(said) && !/422/.test(said));
    must(real.length === 0, real[0]);
  });
});

await errand('an account at an issuer is connected, signs in, and takes an invitation', async () => {
  const { base, setup, end } = await together(given);
  const password = 'a horse in the rain';
  try {
    let link;
    await visit({ base }, async (page, complaints) => {
      await page.goto(setup);
      await page.fill('input[name=name]', 'Lucía Ferrer');
      await page.fill('input[name=email]', 'lucia@marea.example');
      await page.fill('input[name=password]', password);
      await page.fill('input[name=workspace]', 'Marea');
      await Promise.all([page.waitForURL('**/w/default/setup'), page.click('form[action^="/setup"] button.pri')]);
      await page.goto('/me');
      await page.fill('form[action^="/me/oidc"] input[name=password]', password);
      await page.click('form[action^="/me/oidc"] button');
      await atIssuer(page, 'lucia@marea.example');
      await page.waitForURL(`${base}/me?done=oidc`);
      await page.locator('.quote', { hasText: 'is connected' }).waitFor();
      await look(page, 'an own page with a connected account');
      await page.goto('/w/default/users');
      await page.fill('form[action$="/invitations"] input[name=email]', 'bob@marea.example');
      await page.selectOption('form[action$="/invitations"] select[name=role]', 'marketer');
      await page.click('form[action$="/invitations"] button.pri');
      link = await page.locator('pr-copy code', { hasText: '/invitation/' }).innerText();
      await page.goto('/me');
      await page.locator('.top details.menu').last().locator('summary').click();
      await Promise.all([page.waitForURL(/\/login/), page.locator('.top form[action="/sign-out"] button').click()]);
      await look(page, 'the page to sign in, with an issuer');
      // Signed in at the issuer still, they are asked nothing.
      await page.goto('/login?next=/w/default/usage');
      await page.click('form[action="/login/oidc"] button');
      await page.waitForURL(`${base}/w/default/usage`);
      must(complaints.filter((said) => said.includes(base)).length === 0, complaints[0]);
    });
    await visit({ base, viewport: NARROW }, async (page) => {
      await page.goto('/login');
      await page.click('form[action="/login/oidc"] button');
      await atIssuer(page, 'nobody@marea.example');
      await page.locator('.quote', { hasText: 'Nobody here is connected with your account at Marea' }).waitFor();
      must((await sideways(page)) === null, 'the page is wider than a phone');
    });
    await visit({ base }, async (page) => {
      await page.goto(new URL(link).pathname);
      await look(page, 'an invitation, with an issuer');
      await page.click('form[action="/login/oidc"] button');
      await atIssuer(page, 'bob@marea.example');
      await page.waitForURL(/\/w\/default\//);
      must((await page.goto('/w/default/keys')).status() === 403, 'a marketer sees keys');
      await page.goto('/me');
      must((await page.inputValue('input[name=name]')) === 'Bob of Marea', 'the name is another');
    });
    await visit({ base }, async (page) => {
      await page.goto('/login');
      await page.click('form[action="/login/oidc"] button');
      await page.waitForURL(/\/interaction\//);
      await page.click('a[href$="/abort"]');
      await page.locator('.quote', { hasText: 'You did not go on at Marea' }).waitFor();
    });
  } finally {
    end();
  }
});

await browser.close();
