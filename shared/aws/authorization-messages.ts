/** Encoded authorization messages, decoded by AWS STS. The answer is for the operator who asks: it must never enter a record or a log. */
import { DecodeAuthorizationMessageCommand, STSClient } from '@aws-sdk/client-sts';
import { type DecodedMessage, type FoundMessage, undecoded } from '#shared/domain/broker/decoded-messages.ts';
import type { RoleCredentials } from '#shared/domain/broker/person-session.ts';
import type { Placed } from '#shared/domain/names.ts';
import { readDenial } from '#shared/domain/trust/authorization-message.ts';
import { asked, isCode } from './translate-error.ts';

/**
 * Decodes messages with a session that may do so in the account that denied (sts:DecodeAuthorizationMessage). `open` is called only if there is a
 * message to decode. One that AWS does not take, because it was cut or is of another account, is an answer. Throws ACCESS_DENIED and
 * what else calling STS may bring.
 */
export async function decodeMessages(
  messages: readonly FoundMessage[],
  { account, region }: Placed,
  open: () => Promise<RoleCredentials>,
): Promise<DecodedMessage[]> {
  let sts: STSClient | undefined;
  const decoded: DecodedMessage[] = [];
  for (const { where, found } of messages) {
    if (found.kind === 'message') {
      sts ??= new STSClient({ region, credentials: await open() });
      const denial = readDenial(await decode(sts, found.encoded));
      decoded.push(denial === undefined ? undecoded(where, 'undecodable', account) : { where, kind: 'denial', denial });
    } else decoded.push(undecoded(where, found.kind, account));
  }
  return decoded;
}

/** The document behind a message; an empty text where AWS does not take it. */
async function decode(sts: STSClient, EncodedMessage: string): Promise<string> {
  try {
    return (await sts.send(new DecodeAuthorizationMessageCommand({ EncodedMessage }))).DecodedMessage ?? '';
  } catch (error) {
    if (isCode(error, 'InvalidAuthorizationMessageException', 'InvalidAuthorizationMessage')) return '';
    return asked('AWS STS', Promise.reject(error));
  }
}
