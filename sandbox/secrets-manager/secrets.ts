import { AwsError } from '../aws-error.ts';
import type { Call, Permission, Sandbox } from '../kernel.ts';
import type { Secret } from './state.ts';

interface Place {
  readonly sandbox: Sandbox;
  readonly account: string;
  readonly region: string;
}

/** The secret that a name or an ARN means; an account has its own only, without a resource policy. */
export function findSecret({ sandbox, account, region }: Place, secretId: string): Secret | undefined {
  return Object.values(sandbox.world.secretsManager.secrets).find(
    (secret) =>
      secret.account === account && secret.region === region && (secret.name === secretId || secret.arn === secretId),
  );
}

/** As `findSecret`; what there is not is answered in AWS's words. */
export function secretNamed(place: Place, secretId: string): Secret {
  const found = findSecret(place, secretId);
  if (found !== undefined) return found;
  throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
}

/** On the secret's ARN, whose last six characters are random; of a secret that is not there yet, on what its ARN would begin with. */
export function secretPermission(call: Call<unknown>, action: string, secretId: string): Permission {
  return { action: `secretsmanager:${action}`, resource: findSecret(call, secretId)?.arn ?? arnOf(call, secretId) };
}

/** `arn:aws:secretsmanager:<region>:<account>:secret:<name>` (Service Authorization Reference, AWS Secrets Manager). */
export function arnOf({ account, region }: Omit<Place, 'sandbox'>, name: string): string {
  return name.startsWith('arn:') ? name : `arn:aws:secretsmanager:${region}:${account}:secret:${name}`;
}
