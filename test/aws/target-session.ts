/** A session that needs no AssumeRole, for what is done with one. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { IAMClient } from '@aws-sdk/client-iam';
import type { TargetSession } from '#shared/aws/sessions.ts';
import { aPurpose } from '#test/builders.ts';

const credentials = { accessKeyId: 'ASIA1', secretAccessKey: 'x', sessionToken: 'y' };

export const session: TargetSession = {
  purpose: aPurpose(),
  cloudFormation: new CloudFormationClient({ region: 'eu-west-1', credentials }),
  as: (Service) => new Service({ region: 'eu-west-1', credentials }),
  widenedTo: [],
  iam: new IAMClient({ region: 'eu-west-1', credentials }),
};
