/** The simulated people and functions a command can act as. */
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { openPersonSession } from '#sandbox/sts/sessions.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** Credentials of a person's single sign-on session. Throws PERSON_UNKNOWN. */
export function sessionOfPerson(sandbox: RunningSandbox, name: string): Credentials {
  const known = Object.keys(sandbox.world.organization.people);
  if (!known.includes(name)) throw failure('PERSON_UNKNOWN', { name, known });
  const { accessKeyId, secretAccessKey, sessionToken } = openPersonSession(sandbox, name);
  return { accessKeyId, secretAccessKey, sessionToken };
}
