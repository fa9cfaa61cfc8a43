/** `drawbridge trust decode`: what an encoded authorization message says. */
import { text as readAll } from 'node:stream/consumers';
import type { DecodedMessage, DecodedMessages, MessageWish } from '#shared/domain/broker/decoded-messages.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import { denialLines } from '#shared/domain/trust/authorization-message.ts';
import { decodeMessages } from './client/trust.ts';
import type { Invocation, Outcome } from './command.ts';
import { connect } from './connection.ts';

/** What is to be decoded, and where the call was denied. */
export interface DecodeWish {
  readonly target: string;
  readonly promotion: string | undefined;
  /** The text, or `-` for standard input. */
  readonly message: string | undefined;
}

/** Has it decoded and prints who was denied what, and why. Throws USAGE. */
export async function decode(wish: DecodeWish, options: Invocation['options']): Promise<Outcome> {
  const asked = await messageOf(wish);
  const connection = await connect(options);
  try {
    return report(await decodeMessages(connection.api, wish.target, asked), connection.simulated);
  } finally {
    await connection.close();
  }
}

async function messageOf({ promotion, message }: DecodeWish): Promise<MessageWish> {
  if ((promotion === undefined) === (message === undefined)) {
    const detail = promotion === undefined ? 'No message is named.' : 'A promotion and a message are two things.';
    const hint = 'Give --promotion, or the message as an argument (- reads it from standard input).';
    throw failure('USAGE', { detail, hint });
  }
  if (promotion !== undefined) return { promotion };
  return { text: message === '-' ? await readAll(process.stdin) : `${message}` };
}

function report({ messages, ...about }: DecodedMessages, simulated: boolean): Outcome {
  const { target, account, region } = about;
  // Where nothing could be decoded, that is the problem; beside a denial it is a note.
  if (!messages.some(({ kind }) => kind === 'denial'))
    return { kind: 'problems', problems: messages.flatMap((one) => problemOf(one, { account, region })) };
  const lines = messages.flatMap((one) => [one.where, ...linesOf(one).map((line) => `  ${line}`)]);
  const text = [`${target} ${account}/${region}`, ...lines].join('\n');
  return { kind: 'done', exit: 0, text, json: { simulated, ...about, messages } };
}

function linesOf(message: DecodedMessage): string[] {
  return message.kind === 'denial' ? denialLines(message.denial) : [message.cause, `next: ${message.next}`];
}

function problemOf(message: DecodedMessage, place: Problem['place']): Problem[] {
  if (message.kind === 'denial') return [];
  const { code, cause, next } = message;
  return [{ code, cause, next, place, exit: 2, status: 422 }];
}
