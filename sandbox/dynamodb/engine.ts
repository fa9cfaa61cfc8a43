import type { Server } from 'node:http';
import { Readable } from 'node:stream';
import dynalite from 'dynalite';
import * as z from 'zod';
import { AwsError } from '../aws-error.ts';

/** A DynamoDB in memory: one operation with its JSON input, answered with its JSON output. */
export interface Engine {
  /** @throws AwsError with DynamoDB's own code and message. */
  ask(operation: string, input: unknown): Promise<Record<string, unknown>>;
}

/** Starts dynalite without a listener: requests are handed to its server object directly, so no port is open. */
export function startEngine(): Engine {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  return { ask: (operation, input) => inject(server, operation, input) };
}

const failure = z.object({ __type: z.string(), message: z.string().default('') });

function inject(server: Server, operation: string, input: unknown): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const response = {
      statusCode: 200,
      setHeader: () => undefined,
      end: (body: string) => {
        const output = JSON.parse(body) as Record<string, unknown>;
        if (response.statusCode === 200) resolve(output);
        else reject(errorOf(output, response.statusCode));
      },
    };
    server.emit('request', request(operation, input), response);
  });
}

function request(operation: string, input: unknown) {
  return Object.assign(Readable.from([Buffer.from(JSON.stringify(input))]), {
    method: 'POST',
    url: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '20260105T090000Z',
      // dynalite looks at the form only; the sandbox has checked the real signature.
      authorization: 'AWS4-HMAC-SHA256 Credential=sandbox, SignedHeaders=host, Signature=checked',
    },
  });
}

function errorOf(output: unknown, status: number): AwsError {
  const { __type, message } = failure.parse(output);
  return new AwsError(__type.split('#').at(-1) ?? __type, message, status);
}
