/** The options by which a person or pipeline signs in to the account of the API. */
import { type Command, Option } from 'commander';
import { type Door, type SignIn, throughAssertion, throughDevice, throughSdk } from '#shared/aws/sign-in.ts';
import { DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';
import { chooseRole, readAssertion } from '#shared/domain/trust/saml-assertion.ts';
import { mfaCodeFrom } from './mfa-code.ts';
import { readText } from './read-text.ts';

export function withSignIn(command: Command): Command {
  return command
    .addOption(new Option('--profile <name>', 'profile of the AWS configuration to sign in with').env('AWS_PROFILE'))
    .addOption(
      new Option('--saml-assertion <file>', 'sign in with the SAML response in this file').env(
        'DRAWBRIDGE_SAML_ASSERTION',
      ),
    )
    .addOption(
      new Option('--saml-role <arn>', 'the role to take, if the response offers several').env('DRAWBRIDGE_SAML_ROLE'),
    )
    .option('--mfa-serial <arn>', 'sign in as an IAM user, with the code of this MFA device')
    .option('--mfa-code <digits>', 'the code; asked for when left out')
    .hook('preAction', refuseSeveral);
}

const ways = ['sandbox', 'samlAssertion', 'mfaSerial'] as const;
const flags = { sandbox: '--sandbox', samlAssertion: '--saml-assertion', mfaSerial: '--mfa-serial' };

/** Each is a way in of its own; what is only in the environment gives way. */
function refuseSeveral(command: Command): void {
  const [one, other] = ways.filter((name) => command.getOptionValueSource(name) === 'cli');
  if (one === undefined || other === undefined) return;
  const hint = 'Give one of the two. In the sandbox, --as names the person.';
  throw failure('USAGE', { detail: `${flags[one]} and ${flags[other]} are two different ways in.`, hint });
}

/** The way in that the options name. Throws SAML_ASSERTION, SAML_ROLE, and what reading a file may bring. */
export async function signInOf(options: Readonly<Record<string, unknown>>, place: Door): Promise<SignIn> {
  const { profile, samlAssertion, samlRole, mfaSerial, mfaCode } = options as Partial<Record<string, string>>;
  const door = { ...place, ...(profile === undefined ? {} : { profile }), mfaCode: mfaCodeFrom(mfaCode) };
  if (mfaSerial !== undefined) return throughDevice(door, mfaSerial);
  return samlAssertion === undefined ? throughSdk(door) : withAssertion(door, samlAssertion, samlRole);
}

async function withAssertion(door: Door, path: string, wanted: string | undefined): Promise<SignIn> {
  const file = await readText(path);
  if (file.kind === 'unreadable') throw new DrawbridgeError(file.problem);
  const read = readAssertion(file.text);
  if (read.kind === 'unusable') throw new DrawbridgeError({ ...read.problem, place: { file: path } });
  const chosen = chooseRole(read.roles, wanted);
  if (chosen.kind === 'unclear') throw new DrawbridgeError({ ...chosen.problem, place: { file: path } });
  return throughAssertion(door, { ...chosen, assertion: read.encoded });
}
