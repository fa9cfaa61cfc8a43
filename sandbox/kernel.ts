/**
 * The contract between the parts of the sandbox. Types only.
 *
 * The sandbox is one world of plain JSON data, a virtual clock with a queue of jobs, and services. A service is a table of operations
 * (what a signed request may ask for), jobs (what happens later) and providers (what CloudFormation makes of a resource type). Nothing a
 * service keeps lives outside `world`, so a world can be saved between any two jobs and continued in another process.
 */
import type { CloudFormationState } from './cloudformation/state.ts';
import type { CloudWatchState } from './cloudwatch/state.ts';
import type { DynamoDbState } from './dynamodb/state.ts';
import type { EventsState } from './events/state.ts';
import type { Faults } from './fault.ts';
import type { HttpApiState } from './http-api/state.ts';
import type { ServiceControlPolicy } from './iam/service-control-policies.ts';
import type { IamState } from './iam/state.ts';
import type { JournalEntry } from './journal-entry.ts';
import type { KmsState } from './kms/state.ts';
import type { LambdaState } from './lambda/state.ts';
import type { OpenSession, SessionCredentials } from './open-session.ts';
import type { S3State } from './s3/state.ts';
import type { SecretsManagerState } from './secrets-manager/state.ts';
import type { StatesState } from './step-functions/state.ts';
import type { StsState } from './sts/state.ts';
import type { UserCaller } from './user-caller.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Everything the simulated organization consists of. Plain JSON; times are epoch milliseconds of the virtual clock. */
export interface World {
  readonly schemaVersion: 1;
  readonly seed: number;
  now: number;
  jobs: Job[];
  /** How many ids of each kind were minted; with the seed this makes every id reproducible. */
  counters: Record<string, number>;
  organization: Organization;
  iam: IamState;
  sts: StsState;
  s3: S3State;
  kms: KmsState;
  secretsManager: SecretsManagerState;
  dynamodb: DynamoDbState;
  events: EventsState;
  lambda: LambdaState;
  states: StatesState;
  cloudformation: CloudFormationState;
  cloudwatch: CloudWatchState;
  httpApi: HttpApiState;
}

export interface Organization {
  /** `o-…`, the value of aws:PrincipalOrgID. */
  readonly id: string;
  readonly accounts: Record<string, Account>;
  /** Named people to act as (`--as alice`); each is a session of a single sign-on role in an account. */
  readonly people: Record<string, Person>;
  /** By account, level by level from the root down; an account without an entry is not limited. */
  serviceControlPolicies?: Record<string, ServiceControlPolicy[][]>;
}

interface Account {
  readonly id: string;
  readonly name: string;
  readonly disabledRegions: readonly string[];
}

export interface Person {
  readonly name: string;
  readonly account: string;
  /** Name of the `AWSReservedSSO_*` role the person signs in with. */
  readonly role: string;
}

/** Something that will happen at a virtual time. Jobs of one time run in the order they were scheduled, one after the other. */
export interface Job {
  readonly at: number;
  readonly order: number;
  readonly service: ServiceName;
  readonly name: string;
  readonly payload: Json;
  /** A job that never keeps the clock running by itself: the next firing of a schedule. */
  readonly background?: true;
}

export type ServiceName =
  | 'sts'
  | 'iam'
  | 'cloudformation'
  | 's3'
  | 'kms'
  | 'secretsmanager'
  | 'dynamodb'
  | 'events'
  | 'scheduler'
  | 'lambda'
  | 'states'
  | 'monitoring'
  | 'execute-api';

/** Who is calling, as established from the signature. */
export type Caller = SigningCaller | ServiceCaller;

/** Who can sign a request with credentials of their own. */
export type SigningCaller = SessionCaller | UserCaller;

/** A role session. `arn` is `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
export interface SessionCaller {
  readonly kind: 'session';
  readonly accessKeyId: string;
  readonly account: string;
  readonly arn: string;
  readonly roleArn: string;
  readonly roleId: string;
  readonly sessionName: string;
  readonly sourceIdentity?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
  /** The inline session policy, as passed to AssumeRole. */
  readonly sessionPolicy?: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** ARN of the identity provider that vouched for the session, if one did. */
  readonly federatedProvider?: string;
}

/** An AWS service acting on its own behalf inside an account (`events.amazonaws.com` putting to a bus, for example). */
export interface ServiceCaller {
  readonly kind: 'service';
  readonly service: string;
  readonly account: string;
  readonly sourceArn?: string;
}

/** One thing that must be allowed before an operation runs. */
export interface Permission {
  /** `service:Action`. */
  readonly action: string;
  /** Full ARN, or `*` where the action has no resource. */
  readonly resource: string;
  /** Condition keys this request adds to the caller's own (aws:PrincipalArn, aws:PrincipalOrgID … come from the caller). */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** Policy attached to the resource itself (bucket, bus, key, function), with the account that owns it. */
  readonly resourcePolicy?: {
    readonly account: string;
    readonly document: string;
    /** A KMS key's policy, which must allow whatever else does. */
    readonly kind?: 'key';
  };
}

export interface Call<Input> {
  readonly sandbox: Sandbox;
  readonly input: Input;
  readonly caller: Caller;
  /** The caller's account: services other than S3 act in it. */
  readonly account: string;
  /** From the credential scope of the signature. */
  readonly region: string;
  readonly requestId: string;
}

export interface Operation<Input, Output> {
  /** What IAM must allow. An empty list means the operation needs no permission (GetCallerIdentity). */
  permissions(call: Call<Input>): Permission[];
  run(call: Call<Input>): Output | Promise<Output>;
}

// biome-ignore lint/suspicious/noExplicitAny: a table of operations holds many input and output types; each entry is typed where it is defined
export type OperationTable = Readonly<Record<string, Operation<any, any>>>;

export interface Service {
  readonly name: ServiceName;
  readonly operations: OperationTable;
  /** Handlers of the service's own jobs, by job name. */
  readonly jobs: Readonly<Record<string, (sandbox: Sandbox, payload: never) => void | Promise<void>>>;
  /** What CloudFormation makes of the resource types this service owns. */
  readonly providers: Readonly<Record<string, ResourceProvider>>;
}

/** What CloudFormation hands to a provider. Properties are resolved: no intrinsic function is left. */
export interface ResourceRequest {
  readonly sandbox: Sandbox;
  readonly account: string;
  readonly region: string;
  readonly stackId: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, Json>>;
  /** Set on update and delete. */
  readonly physicalId?: string;
  /** Set on update: the properties before. */
  readonly previousProperties?: Readonly<Record<string, Json>>;
}

/** What `Ref` and `Fn::GetAtt` answer for the resource. */
export interface ResourceResult {
  readonly physicalId: string;
  readonly attributes: Readonly<Record<string, Json>>;
}

/** Makes resources of one type real in the sandbox. Throws AwsError; its message becomes the resource's status reason. */
export interface ResourceProvider {
  create(request: ResourceRequest): ResourceResult | Promise<ResourceResult>;
  update(request: ResourceRequest): ResourceResult | Promise<ResourceResult>;
  remove(request: ResourceRequest): void | Promise<void>;
}

/** The running sandbox, as services see it. */
export interface Sandbox {
  readonly world: World;
  /** `http://127.0.0.1:<port>`, set once the sandbox listens. */
  readonly endpoint: string;
  /** Epoch milliseconds of the virtual clock. */
  now(): number;
  /** Queues a job and returns its order, by which it can be cancelled while it has not run. */
  schedule(job: Omit<Job, 'order'>): number;
  cancel(order: number): void;
  /** What has to go wrong here, if anything; asking counts as the next occurrence. */
  readonly faults: Faults;
  /** `length` characters of `alphabet`, reproducible: the n-th id of a kind under a seed is always the same. */
  mint(kind: string, length: number, alphabet?: string): string;
  /** A version-4-shaped UUID, reproducible like `mint`. */
  uuid(kind: string): string;
  record(entry: JournalEntry): void;
  /** Decides and records one permission; throws AwsError `AccessDenied` with AWS's own wording when it is not allowed. */
  authorise(caller: Caller, permission: Permission): void;
  /** A caller for a role session the sandbox itself opens (Lambda, CloudFormation, Step Functions, people). Trust is evaluated. */
  openSession(request: OpenSession): SessionCredentials;
  /** The service's state for one role session's access key, or undefined if it was never issued. */
  callerOf(accessKeyId: string): SessionCaller | undefined;
  /** Runs one operation in process as `caller`: fault injection, authorisation, recording, then `run`. */
  perform(request: InProcessRequest): Promise<unknown>;
  provider(resourceType: string): ResourceProvider | undefined;
}

export interface InProcessRequest {
  readonly service: ServiceName;
  readonly operation: string;
  readonly input: unknown;
  readonly caller: Caller;
  readonly region: string;
}
