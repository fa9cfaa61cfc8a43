/** CloudFormation of the simulated organization. */
import type { Service } from '../kernel.ts';
import { createChangeSet } from './change-set-create.ts';
import { executeChangeSet } from './change-set-execute.ts';
import { beginChangeSet, computeChangeSet } from './change-set-jobs.ts';
import { deleteChangeSet, describeChangeSet, listChangeSets } from './change-set-read.ts';
import { detectStackDrift, finishDetection } from './drift/detect.ts';
import { describeStackDriftDetectionStatus, describeStackResourceDrifts } from './drift/read.ts';
import { alarmChanged } from './engine/interruption.ts';
import {
  actJob,
  advanceOperation,
  cancelNested,
  customAnswerJob,
  nestedProgress,
  settleJob,
} from './engine/operation-jobs.ts';
import { listExports, listImports } from './exports-read.ts';
import { cancelUpdateStack } from './stack-cancel.ts';
import { deleteStack } from './stack-delete.ts';
import { continueUpdateRollback, rollbackStack } from './stack-end.ts';
import {
  describeStackEvents,
  describeStackResources,
  describeStacks,
  listStackResources,
  listStacks,
} from './stack-read.ts';
import { getStackPolicy, setStackPolicy, updateTerminationProtection } from './stack-settings.ts';
import { createStack, updateStack } from './stack-write.ts';
import { getTemplate, getTemplateSummary, validateTemplate } from './template-read.ts';

export const cloudformationService: Service = {
  name: 'cloudformation',
  operations: {
    CancelUpdateStack: cancelUpdateStack,
    ContinueUpdateRollback: continueUpdateRollback,
    CreateChangeSet: createChangeSet,
    CreateStack: createStack,
    DeleteChangeSet: deleteChangeSet,
    DeleteStack: deleteStack,
    DescribeChangeSet: describeChangeSet,
    DescribeStackDriftDetectionStatus: describeStackDriftDetectionStatus,
    DescribeStackEvents: describeStackEvents,
    DescribeStackResourceDrifts: describeStackResourceDrifts,
    DescribeStackResources: describeStackResources,
    DescribeStacks: describeStacks,
    DetectStackDrift: detectStackDrift,
    ExecuteChangeSet: executeChangeSet,
    GetStackPolicy: getStackPolicy,
    GetTemplate: getTemplate,
    GetTemplateSummary: getTemplateSummary,
    ListChangeSets: listChangeSets,
    ListExports: listExports,
    ListImports: listImports,
    ListStackResources: listStackResources,
    ListStacks: listStacks,
    RollbackStack: rollbackStack,
    SetStackPolicy: setStackPolicy,
    UpdateStack: updateStack,
    UpdateTerminationProtection: updateTerminationProtection,
    ValidateTemplate: validateTemplate,
  },
  jobs: {
    'begin-change-set': beginChangeSet,
    'compute-change-set': computeChangeSet,
    advance: advanceOperation,
    act: actJob,
    settle: settleJob,
    'alarm-changed': alarmChanged,
    'custom-answer': customAnswerJob,
    'nested-progress': nestedProgress,
    'cancel-nested': cancelNested,
    'detect-drift': finishDetection,
  },
  providers: {},
};
