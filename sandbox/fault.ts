/** What a rehearsal or a test asks to go wrong. Everything is counted, nothing is random, so a fault is repeatable. */
export type Fault = CallFault | ResourceFault | DeliveryFault | StaleReadFault | ProbeFault | AlarmFault;

/** The nth call of one operation fails, or succeeds and its reply is lost. */
export interface CallFault {
  readonly kind: 'call';
  readonly service: string;
  readonly operation: string;
  /** Only calls of sessions in this account, where given. */
  readonly account?: string;
  /** Counts from 1. */
  readonly nth: number;
  /** Before the operation takes effect, or after it did. */
  readonly when: 'before' | 'after';
  /** An AWS error, or the connection closed without a reply. */
  readonly what: { readonly error: string; readonly message: string; readonly status: number } | 'no-reply';
}

/** The next `times` operations on a resource end in a failed status. */
export interface ResourceFault {
  readonly kind: 'resource';
  readonly account?: string;
  readonly stackName?: string;
  readonly logicalId: string;
  readonly status: 'CREATE_FAILED' | 'UPDATE_FAILED' | 'DELETE_FAILED';
  /** On the way forward or on the way back, where given; a rollback restores with updates and removes with deletes. */
  readonly during?: Direction;
  /** Before the resource is touched, which is what an absent `when` means, or after: it is there then and did not become stable. */
  readonly when?: 'before' | 'after';
  readonly reason: string;
  readonly times: number;
}

/** Which way an operation on a stack goes. */
export type Direction = 'forward' | 'rollback';

/**
 * The next `times` reads of a stack that is being created through a change set still answer REVIEW_IN_PROGRESS. DescribeStacks is
 * eventually consistent, and the CDK was caught by this (aws-cdk, `cfn-api.ts`, "stabilizeStack").
 */
export interface StaleReadFault {
  readonly kind: 'stale-read';
  readonly account?: string;
  readonly stackName?: string;
  readonly times: number;
}

/** What happens to the nth stack event that is forwarded to another account's bus. */
export interface DeliveryFault {
  readonly kind: 'delivery';
  readonly nth: number;
  readonly what: 'lost' | 'twice' | { readonly lateByMilliseconds: number };
}

/** The next `times` times that a probe is asked it says no, or does not come to an answer. */
export interface ProbeFault {
  readonly kind: 'probe';
  readonly account?: string;
  /** Name of a function or state machine, or `<stack in CloudFormation>.<output>` of a page. */
  readonly probe: string;
  readonly outcome: 'failed' | 'error';
  readonly reason: string;
  readonly times: number;
}

/** An alarm goes off so long after it is looked at by name for the first time, and comes back after `lasts`, if that is given. */
export interface AlarmFault {
  readonly kind: 'alarm';
  readonly account?: string;
  readonly alarm: string;
  /** Milliseconds. */
  readonly after: number;
  readonly lasts?: number;
  readonly reason: string;
}

export interface Faults {
  call(place: { service: string; operation: string; account: string }): CallFault | undefined;
  resource(place: ResourcePlace): ResourceFault | undefined;
  staleRead(place: { account: string; stackName: string }): StaleReadFault | undefined;
  delivery(): DeliveryFault | undefined;
  probe(place: { account: string; probe: string }): ProbeFault | undefined;
  /** Whoever makes it happen records it. */
  alarm(place: { account: string; alarm: string }): AlarmFault | undefined;
}

/** One operation on one resource, as a resource fault is asked about it. */
export interface ResourcePlace {
  readonly account: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly status: string;
  readonly during: Direction;
  readonly when: 'before' | 'after';
}
