import type {
  DecodeAuthorizationMessageCommandInput,
  DecodeAuthorizationMessageCommandOutput,
} from '@aws-sdk/client-sts';
import { AwsError } from '../aws-error.ts';
import { decodedMessage } from '../iam/authorization-message.ts';
import type { Operation } from '../kernel.ts';
import { lengthViolations, requireNone } from './constraints.ts';

type Answer = Pick<DecodeAuthorizationMessageCommandOutput, 'DecodedMessage'>;

/** The details behind a denial, for whoever may decode it (STS API Reference, DecodeAuthorizationMessage). */
export const decodeAuthorizationMessage: Operation<DecodeAuthorizationMessageCommandInput, Answer> = {
  permissions: () => [{ action: 'sts:DecodeAuthorizationMessage', resource: '*' }],
  run({ sandbox, input, account }) {
    const { EncodedMessage = '' } = input;
    requireNone(lengthViolations('encodedMessage', EncodedMessage, [1, 10_240]));
    const DecodedMessage = decodedMessage(sandbox.world, account, EncodedMessage);
    if (DecodedMessage !== undefined) return { DecodedMessage };
    throw new AwsError('InvalidAuthorizationMessageException', 'Message is not valid');
  },
};
