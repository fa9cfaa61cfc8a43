/** How the sandbox itself opens a role session (Lambda, CloudFormation, Step Functions, people), and what it gets. Types only. */
import type { SessionCaller } from './kernel.ts';

export interface OpenSession {
  readonly roleArn: string;
  readonly sessionName: string;
  /** The service principal that assumes the role, for example `lambda.amazonaws.com`. */
  readonly service: string;
  readonly sourceArn?: string;
  readonly durationSeconds: number;
}

export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  readonly caller: SessionCaller;
}
