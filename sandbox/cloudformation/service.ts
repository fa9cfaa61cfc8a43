/** CloudFormation of the simulated organization. */
import type { Service } from '../kernel.ts';
import { createChangeSet } from './change-set-create.ts';
import { executeChangeSet } from './change-set-execute.ts';
import { beginChangeSet, computeChangeSet } from './change-set-jobs.ts';
import { deleteChangeSet, describeChangeSet, listChangeSets } from './change-set-read.ts';
import { actJob, advanceOperation, cancelNested, nestedProgress, settleJob } from './engine/operation-jobs.ts';
import { listExports, listImports } from './exports-read.ts';
import { continueUpdateRollback, deleteStack, rollbackStack } from './stack-end.ts';
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
    ContinueUpdateRollback: continueUpdateRollback,
    CreateChangeSet: createChangeSet,
    CreateStack: createStack,
    DeleteChangeSet: deleteChangeSet,
    DeleteStack: deleteStack,
    DescribeChangeSet: describeChangeSet,
    DescribeStackEvents: describeStackEvents,
    DescribeStackResources: describeStackResources,
    DescribeStacks: describeStacks,
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
    'nested-progress': nestedProgress,
    'cancel-nested': cancelNested,
  },
  providers: {},
};
