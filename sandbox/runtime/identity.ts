import { authorise } from '#sandbox/iam/authorise.ts';
import { callerOf, issuedCredentials, openSession } from '#sandbox/sts/sessions.ts';
import type { Identity } from './running-sandbox.ts';

/** The sandbox's own IAM and STS. */
export const identity: Identity = { authorise, openSession, callerOf, sessionOf: issuedCredentials };
