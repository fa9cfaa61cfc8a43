import { entry } from './problem.ts';

/** Problems of signing in to the account of the API. */
export const signInEntries = {
  CREDENTIALS_MISSING: entry<{ profile: string; detail: string }>({
    exit: 4,
    status: 401,
    cause: ({ profile, detail }) =>
      `There are no AWS credentials to call the API with, looked for in ${profile}: ${detail}`,
    next: () =>
      'Sign in with `aws sso login`, or name another profile in AWS_PROFILE; `aws sts get-caller-identity` shows who you are. docs/how-to/sign-in.md has the other ways.',
  }),
  SIGN_IN_DENIED: entry<{ profile: string; message: string }>({
    exit: 4,
    status: 401,
    cause: ({ profile, message }) => `AWS STS lets nobody in with ${profile}: ${message}`,
    next: () =>
      'Compare the trust policy of that role with who you are. Where it asks for a second factor, the profile needs mfa_serial.',
  }),
  MFA_CODE_NEEDED: entry<{ device: string }>({
    exit: 2,
    status: 400,
    cause: ({ device }) => `The code of the MFA device ${device} is needed, and there is no terminal to ask for it.`,
    next: () => 'Give it with --mfa-code, or run the command in a terminal.',
  }),
  MFA_CODE_INVALID: entry<Record<string, never>>({
    exit: 2,
    status: 400,
    cause: () => 'The code of an MFA device is six digits.',
    next: () => 'Give the code that the device shows now.',
  }),
  SAML_ASSERTION: entry<{ detail: string }>({
    exit: 2,
    status: 400,
    cause: ({ detail }) => `This is no SAML assertion: ${detail}.`,
    next: () =>
      'Save the field SAMLResponse that your identity provider posts to AWS, as it is (base64) or decoded (XML); docs/how-to/sign-in.md says how.',
  }),
  SAML_ROLE: entry<{ detail: string; known: readonly string[] }>({
    exit: 2,
    status: 400,
    cause: ({ detail }) => detail,
    next: ({ known }) =>
      known.length > 0
        ? `Choose one with --saml-role: ${known.join(', ')}.`
        : 'Name role and provider with --saml-role <role ARN>,<provider ARN>.',
  }),
};
