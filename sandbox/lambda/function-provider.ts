import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { Json, ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { generatedName, readProperties, tagsProperty } from '../resource-properties.ts';
import { checkCode } from './code-location.ts';
import { functionArn } from './function-name.ts';
import { defaultAsynchronousInvocation, type StoredFunction } from './state.ts';

const properties = z.object({
  FunctionName: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'a function name has 1 to 64 letters, digits, hyphens and underscores')
    .optional(),
  Role: z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:role\/.+/, 'not a role ARN'),
  Handler: z.string().default(''),
  Runtime: z.string().default(''),
  Code: z.record(z.string(), z.json()),
  Timeout: z.coerce.number().int().min(1).max(900).default(3),
  MemorySize: z.coerce.number().int().min(128).max(10_240).default(128),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).optional(),
  TracingConfig: z.object({ Mode: z.enum(['Active', 'PassThrough']) }).optional(),
  Tags: tagsProperty,
});

/** AWS::Lambda::Function. `Ref` is the name. */
export const functionProvider: ResourceProvider = {
  create: (request) => {
    const { FunctionName = generatedName(request, 64) } = readProperties(properties, request);
    const arn = functionArn(request, FunctionName);
    if (request.sandbox.world.lambda.functions[arn])
      throw new AwsError('ResourceConflictException', `Function already exist: ${FunctionName}`, 409);
    const stored: StoredFunction = {
      arn,
      name: FunctionName,
      account: request.account,
      region: request.region,
      ...configuration(request, arn),
      policy: {},
      versions: [],
      aliases: {},
      asynchronous: defaultAsynchronousInvocation,
    };
    request.sandbox.world.lambda.functions[arn] = stored;
    return result(stored);
  },
  update: (request) => {
    const arn = functionArn(request, request.physicalId ?? '');
    const stored = request.sandbox.world.lambda.functions[arn];
    if (!stored) throw new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
    Object.assign(stored, configuration(request, arn));
    return result(stored);
  },
  remove: ({ sandbox, ...request }) => {
    delete sandbox.world.lambda.functions[functionArn(request, request.physicalId ?? '')];
  },
};

function result(stored: StoredFunction): ResourceResult {
  return { physicalId: stored.name, attributes: { Arn: stored.arn } };
}

function configuration(request: ResourceRequest, arn: string) {
  const read = readProperties(properties, request);
  const environment = read.Environment?.Variables ?? {};
  refuseReserved(environment);
  refuseUnassumable(request, arn, read.Role);
  checkCode(request, { handler: read.Handler, code: read.Code });
  return {
    role: read.Role,
    handler: read.Handler,
    runtime: read.Runtime,
    timeoutSeconds: read.Timeout,
    memoryMegabytes: read.MemorySize,
    environment,
    code: read.Code as Json,
    tags: read.Tags,
    traced: read.TracingConfig?.Mode === 'Active',
    lastModified: request.sandbox.now(),
    revisionId: request.sandbox.uuid('lambda-revision'),
  };
}

/** Lambda Developer Guide, "Defined runtime environment variables": these keys cannot be set. */
const reserved = new Set([
  '_HANDLER',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
]);

function refuseReserved(environment: Record<string, string>): void {
  const used = Object.keys(environment).filter((key) => reserved.has(key));
  if (used.length === 0) return;
  throw new AwsError(
    'InvalidParameterValueException',
    `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${used.join(', ')}`,
  );
}

/** Lambda tries the role when it creates the function, so a missing trust shows at once. */
function refuseUnassumable(request: ResourceRequest, arn: string, roleArn: string): void {
  try {
    request.sandbox.openSession({
      roleArn,
      service: 'lambda.amazonaws.com',
      sessionName: 'awslambda',
      sourceArn: arn,
      durationSeconds: 900,
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const message = 'The role defined for the function cannot be assumed by Lambda.';
    throw new AwsError('InvalidParameterValueException', message);
  }
}
