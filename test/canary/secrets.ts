/** What must not be found: everything of a sandbox that lets somebody in, and how it looks after encoding. */
import type { World } from '#sandbox/kernel.ts';
import type { Minted } from '#sandbox/observers.ts';

export type SecretKind =
  | 'secret access key'
  | 'session token'
  | 'task token'
  | 'external id'
  | 'second factor'
  | 'webhook secret'
  | 'identity token';

export interface Secret {
  readonly kind: SecretKind;
  readonly text: string;
}

const kinds: Readonly<Record<string, SecretKind>> = {
  'session-secret': 'secret access key',
  'access-key-secret': 'secret access key',
  'session-token': 'session token',
  'mfa-seed': 'second factor',
  'external-id': 'external id',
  'webhook-secret': 'webhook secret',
  // By their signatures: without them the rest lets nobody in.
  'web-identity-signature': 'identity token',
  'saml-signature': 'identity token',
};

/** Undefined for an id or a name. */
export function mintedSecret({ kind, text }: Minted): Secret | undefined {
  const secret = kinds[kind.split('/')[0] ?? ''];
  return secret && { kind: secret, text };
}

/** The secrets a world knows, those of an earlier process among them; sessions long expired are forgotten. */
export function secretsIn(world: World): Secret[] {
  const users = Object.values(world.iam.accounts).flatMap((account) => Object.values(account.users));
  const roles = Object.values(world.iam.accounts).flatMap((account) => Object.values(account.roles));
  const known: [SecretKind, (string | undefined)[]][] = [
    ['secret access key', Object.values(world.sts.sessions).map(({ secretAccessKey }) => secretAccessKey)],
    ['secret access key', users.flatMap(({ accessKeys }) => accessKeys.map(({ secretAccessKey }) => secretAccessKey))],
    ['session token', Object.values(world.sts.sessions).map(({ sessionToken }) => sessionToken)],
    ['second factor', users.flatMap(({ mfaDevices = [] }) => mfaDevices.map(({ seed }) => seed))],
    ['task token', Object.keys(world.states.tokens)],
    ['webhook secret', webhookSecrets(world)],
    // Those that onboarding mints: tests of trust policies have words instead, which are no secrets.
    ['external id', roles.flatMap(({ trust }) => /"sts:ExternalId":"([^"]{32})"/.exec(trust)?.[1])],
  ];
  return known.flatMap(([kind, texts]) => texts.flatMap((text) => (text ? [{ kind, text }] : [])));
}

/** Of a signing secret the part behind its prefix, as it may be found without. A short one cannot be told from other text. */
function webhookSecrets({ secretsManager }: World): string[] {
  const versions = Object.values(secretsManager.secrets).flatMap((secret) => Object.values(secret.versions));
  return versions.map(({ text }) => text.replace(/^whsec_/, '')).filter((text) => text.length >= 24);
}

/** The secret as it is and as it looks after encoding. Base64 depends on where it starts, so the part that does not is looked for. */
export function formsOf(secret: string): string[] {
  const shifted = [0, 1, 2].map((before) => {
    const encoded = Buffer.from(`${'x'.repeat(before)}${secret}`).toString('base64');
    // The first and last groups mix with what stands around the secret.
    return encoded.slice(before === 0 ? 0 : 4, Math.floor((before + secret.length) / 3) * 4);
  });
  const url = shifted.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const json = [JSON.stringify(secret).slice(1, -1), secret.replaceAll('/', '\\/')];
  return [...new Set([secret, encodeURIComponent(secret), ...json, ...shifted, ...url])];
}
