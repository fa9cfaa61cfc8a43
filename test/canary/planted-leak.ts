/** A program that leaks: it logs the token of a session, prints it, and puts it into the answer of an API. Run by record-sandboxes.test.ts. */
import { seedIdentities } from '#sandbox/organization.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { sandboxServices } from '#sandbox/services.ts';
import { openPersonSession } from '#sandbox/sts/sessions.ts';

const sandbox = await startSandbox({ seed: 1, services: sandboxServices });
seedIdentities(sandbox);
const { sessionToken, secretAccessKey } = openPersonSession(sandbox, 'alice');
sandbox.record({ kind: 'log', at: sandbox.now(), source: 'planted', line: `Using ${sessionToken}.` });
sandbox.world.organization.people[secretAccessKey] = { name: 'planted', account: '111111111111', role: 'planted' };
await sandbox.close();
process.stdout.write(`${sessionToken}\n`);
