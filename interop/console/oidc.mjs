// An issuer that we did not write, and a Postrider that knows it: the package `oidc-provider`, with its own pages to sign in.
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

async function listening() {
  const server = createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { server, port: server.address().port };
}

// The people of the issuer are who they say at its page: an address, verified. `said` are further claims, by person.
async function issuer(modules, { back, said }) {
  const { Provider } = await import(pathToFileURL(join(modules, 'node_modules/oidc-provider/lib/index.js')).href);
  const { server, port } = await listening();
  const url = `http://127.0.0.1:${port}`;
  const provider = new Provider(url, {
    clients: [{ client_id: 'postrider', client_secret: 'a secret: of & letters', redirect_uris: [back] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    pkce: { required: () => true },
    cookies: { keys: ['of this test'] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: id, email_verified: true, ...said[id] }) }),
  });
  server.on('request', provider.callback());
  return { url, server };
}

// Both, on loopback under two names, so that a browser takes them for two sites. `end` ends them.
export async function together(given) {
  // The issuer has to know where people come from, so the port is chosen before the program has it.
  const chosen = await listening();
  await new Promise((done) => chosen.server.close(done));
  const base = `http://localhost:${chosen.port}`;
  const said = { 'lucia@marea.example': { name: 'Lucía at Marea' }, 'bob@marea.example': { name: 'Bob of Marea' } };
  const made = await issuer(given.modules, { back: `${base}/login/oidc/callback`, said });
  const data = mkdtempSync(join(given.scratch, 'oidc-'));
  const options = ['dev', '--data', data, '--http', `127.0.0.1:${chosen.port}`, '--smtp', '127.0.0.1:0', '--json'];
  const env = {
    ...process.env,
    POSTRIDER_CONSOLE__URL: base,
    POSTRIDER_CONSOLE__OIDC__ISSUER: made.url,
    POSTRIDER_CONSOLE__OIDC__CLIENT_ID: 'postrider',
    POSTRIDER_CONSOLE__OIDC__CLIENT_SECRET: 'a secret: of & letters',
    POSTRIDER_CONSOLE__OIDC__NAME: 'Marea',
    POSTRIDER_DNS__RESOLVERS: '127.0.0.1:9',
  };
  const program = spawn(given.program, options, { env, stdio: ['ignore', 'pipe', 'ignore'] });
  const end = () => {
    program.kill();
    made.server.closeAllConnections();
    made.server.close();
  };
  const lines = createInterface({ input: program.stdout });
  const first = await new Promise((done) => {
    lines.once('line', done);
    program.once('exit', () => done(null));
  });
  if (first === null) {
    end();
    throw new Error('the program did not start with an issuer');
  }
  const setup = new URL(JSON.parse(first).setup);
  return { base, setup: setup.pathname + setup.search, end };
}

// At the issuer's own pages: who it is, and that we may know.
export async function atIssuer(page, login) {
  await page.waitForURL(/127\.0\.0\.1:\d+\/interaction\//);
  if ((await page.locator('input[name=login]').count()) > 0) {
    await page.fill('input[name=login]', login);
    await page.fill('input[name=password]', 'any');
    await page.click('button[type=submit]');
  }
  await page.locator('form:not(:has(input[name=login])) button[type=submit]').click();
}
