/** What a rehearsal or a test asks to go wrong. Everything is counted, nothing is random, so a fault is repeatable. */
export type Fault = CallFault | ResourceFault | DeliveryFault;

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
  readonly reason: string;
  readonly times: number;
}

/** What happens to the nth stack event that is forwarded to another account's bus. */
export interface DeliveryFault {
  readonly kind: 'delivery';
  readonly nth: number;
  readonly what: 'lost' | 'twice' | { readonly lateByMilliseconds: number };
}

export interface Faults {
  call(place: { service: string; operation: string; account: string }): CallFault | undefined;
  resource(place: { account: string; stackName: string; logicalId: string; status: string }): ResourceFault | undefined;
  delivery(): DeliveryFault | undefined;
}
