import { NormalizedSchema } from '@smithy/core/schema';
import type { ServiceName } from '#sandbox/kernel.ts';

export type ProtocolName = 'query' | 'json' | 'plain-json' | 'rest-json' | 'rest-xml' | 'http-api';

/** How a service talks, and where AWS's own description of its operations is. */
export interface ServiceModel {
  readonly protocol: ProtocolName;
  /** The `Version` parameter of Query requests. */
  readonly version?: string;
  readonly xmlNamespace?: string;
  readonly shapes: Shapes;
}

/** The operations and errors of a service, as its SDK client exports them for its own serializers. */
interface Shapes {
  operation(name: string): OperationShape | undefined;
  /** By the error's shape name or by its Query wire code (`InvalidChangeSetStatus`). */
  error(code: string): ErrorShape | undefined;
}

export interface OperationShape {
  readonly name: string;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
  /** REST only: method, path template, status on success. */
  readonly http: readonly [method: string, template: string, status: number] | undefined;
}

interface ErrorShape {
  readonly wireCode: string;
  readonly status: number | undefined;
}

/** Any reference to a schema that `NormalizedSchema` reads. */
export type SchemaReference = Parameters<typeof NormalizedSchema.of>[0];

type Described = Omit<ServiceModel, 'shapes'> & { readonly load: () => Promise<object> };

const noShapes = async (): Promise<object> => ({});

/** The clients are loaded on a service's first request: together they would cost every start half a second. */
const described: Record<ServiceName, Described> = {
  sts: {
    protocol: 'query',
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    load: () => import('@aws-sdk/client-sts'),
  },
  iam: {
    protocol: 'query',
    version: '2010-05-08',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
    load: () => import('@aws-sdk/client-iam'),
  },
  cloudformation: {
    protocol: 'query',
    version: '2010-05-15',
    xmlNamespace: 'http://cloudformation.amazonaws.com/doc/2010-05-15/',
    load: () => import('@aws-sdk/client-cloudformation'),
  },
  s3: {
    protocol: 'rest-xml',
    xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/',
    load: () => import('@aws-sdk/client-s3'),
  },
  // Keys come from CloudFormation and are used through S3; nothing calls KMS itself.
  kms: { protocol: 'json', load: noShapes },
  secretsmanager: { protocol: 'json', load: () => import('@aws-sdk/client-secrets-manager') },
  states: { protocol: 'json', load: () => import('@aws-sdk/client-sfn') },
  monitoring: { protocol: 'json', load: () => import('@aws-sdk/client-cloudwatch') },
  events: { protocol: 'json', load: () => import('@aws-sdk/client-eventbridge') },
  scheduler: { protocol: 'rest-json', load: () => import('@aws-sdk/client-scheduler') },
  lambda: { protocol: 'rest-json', load: () => import('@aws-sdk/client-lambda') },
  // DynamoDB's JSON goes through unread: the library behind the service has its own idea of it.
  dynamodb: { protocol: 'plain-json', load: noShapes },
  'execute-api': { protocol: 'http-api', load: noShapes },
};

const models = new Map<ServiceName, Promise<ServiceModel>>();

/** The model of one service; the same object for every request. */
export function modelOf(service: ServiceName): Promise<ServiceModel> {
  const known = models.get(service);
  if (known) return known;
  const { load, ...model } = described[service];
  const loading = load().then((module) => ({ ...model, shapes: shapesOf(module) }));
  models.set(service, loading);
  return loading;
}

/** True for a service the sandbox speaks for. */
export const isServiceName = (name: string): name is ServiceName => Object.hasOwn(described, name);

/** Kinds of a static schema's first element (`@smithy/types`, StaticSchemaId…). */
const OPERATION = 9;
const ERROR = -3;

function shapesOf(module: object): Shapes {
  const schemas = Object.values(module).filter(Array.isArray);
  const operations = new Map<string, OperationShape>();
  const errors = new Map<string, ErrorShape>();
  for (const schema of schemas) {
    if (schema[0] === OPERATION) operations.set(schema[2], operationShape(schema));
    if (schema[0] === ERROR) {
      const error = errorShape(schema);
      errors.set(schema[2], error);
      errors.set(error.wireCode, error);
    }
  }
  return { operation: (name) => operations.get(name), error: (code) => errors.get(code) };
}

function operationShape([, , name, traits, input, output]: readonly unknown[]): OperationShape {
  const http = isTraits(traits) ? (traits['http'] as OperationShape['http']) : undefined;
  return {
    name: String(name),
    input: NormalizedSchema.of(input as SchemaReference),
    output: NormalizedSchema.of(output as SchemaReference),
    http,
  };
}

function errorShape([, , name, traits]: readonly unknown[]): ErrorShape {
  if (!isTraits(traits)) return { wireCode: String(name), status: undefined };
  const [wireCode, queryStatus] = (traits['awsQueryError'] ?? []) as [string?, number?];
  return { wireCode: wireCode ?? String(name), status: queryStatus ?? (traits['httpError'] as number | undefined) };
}

const isTraits = (traits: unknown): traits is Record<string, unknown> => typeof traits === 'object' && traits !== null;
