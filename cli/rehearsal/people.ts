/** The simulated people and functions a command can act as. */
import { functionSession } from '#sandbox/lambda/function-session.ts';
import { homeRegion, sharedServicesAccount } from '#sandbox/organization.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { openPersonSession } from '#sandbox/sts/sessions.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Credentials of a person's single sign-on session, or those a function of the orchestrator runs with. Throws PERSON_UNKNOWN. */
export function sessionOf(sandbox: RunningSandbox, name: string): Credentials {
  const people = Object.keys(sandbox.world.organization.people);
  const functions = orchestratorFunctions(sandbox);
  const found = functions.find((candidate) => candidate.name === name);
  if (found === undefined && !people.includes(name)) {
    throw failure('PERSON_UNKNOWN', { name, known: [...people, ...functions.map((one) => one.name)] });
  }
  const session = found === undefined ? openPersonSession(sandbox, name) : functionSession(sandbox, found);
  const { accessKeyId, secretAccessKey, sessionToken } = session;
  return { accessKeyId, secretAccessKey, sessionToken };
}

/** True for the functions the orchestrator consists of, whose names begin alike: nobody asks for a promotion as one of them. */
export function isFunctionName(name: string): boolean {
  return name.startsWith('drawbridge-');
}

function orchestratorFunctions({ world }: RunningSandbox) {
  return Object.values(world.lambda.functions)
    .filter(
      ({ account, region, name }) => account === sharedServicesAccount && region === homeRegion && isFunctionName(name),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
