import { DecodeAuthorizationMessageCommand, type STSClient } from '@aws-sdk/client-sts';
import { type Denial, encodedMessageIn, readDenial } from '#shared/domain/trust/authorization-message.ts';
import { asked, isCode } from './translate-error.ts';

/** What could be found out about a denial. `undecodable`: AWS does not take the message, because it was cut or is of another account. */
export type DecodedDenial =
  | { readonly kind: 'none' | 'cut' | 'undecodable' }
  | { readonly kind: 'denial'; readonly denial: Denial };

/**
 * Decodes the authorization message in an AWS error's text with a session that may do so, the audit role's in the account that denied
 * (sts:DecodeAuthorizationMessage). The answer is for operators: it must never enter a record, a log or an API answer. Throws ACCESS_DENIED
 * and what else calling STS may bring.
 */
export async function decodeAuthorizationMessage(client: STSClient, errorText: string): Promise<DecodedDenial> {
  const found = encodedMessageIn(errorText);
  if (found.kind !== 'message') return found;
  try {
    const { DecodedMessage = '' } = await client.send(
      new DecodeAuthorizationMessageCommand({ EncodedMessage: found.encoded }),
    );
    const denial = readDenial(DecodedMessage);
    return denial === undefined ? { kind: 'undecodable' } : { kind: 'denial', denial };
  } catch (error) {
    if (isCode(error, 'InvalidAuthorizationMessageException')) return { kind: 'undecodable' };
    return asked('AWS STS', Promise.reject(error));
  }
}
