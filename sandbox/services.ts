/** Every service of the sandbox. */
import { cloudformationService } from './cloudformation/service.ts';
import { cloudWatchService } from './cloudwatch/service.ts';
import { dynamoDbService } from './dynamodb/service.ts';
import { eventsService } from './events/service.ts';
import { httpApiService } from './http-api/service.ts';
import { iamService } from './iam/service.ts';
import { kmsService } from './kms/service.ts';
import { lambdaService } from './lambda/service.ts';
import type { SandboxService } from './runtime/running-sandbox.ts';
import { s3Service } from './s3/service.ts';
import { schedulerService } from './scheduler/service.ts';
import { secretsManagerService } from './secrets-manager/service.ts';
import { statesService } from './step-functions/service.ts';
import { stsService } from './sts/service.ts';

export const sandboxServices: readonly SandboxService[] = [
  stsService,
  iamService,
  cloudformationService,
  s3Service,
  kmsService,
  secretsManagerService,
  dynamoDbService,
  eventsService,
  schedulerService,
  lambdaService,
  statesService,
  cloudWatchService,
  httpApiService,
];
