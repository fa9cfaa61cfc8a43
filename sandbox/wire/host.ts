import type { InProcessRequest, OperationTable, Sandbox, ServiceName, SigningCaller } from '#sandbox/kernel.ts';

/** What the wire layer needs of the sandbox behind it. */
export interface WireHost {
  readonly sandbox: Sandbox;
  /** The machine's clock in epoch milliseconds. */
  machineNow(): number;
  operations(service: ServiceName): OperationTable | undefined;
  sessionOf(
    accessKeyId: string,
  ): { readonly secretAccessKey: string; readonly sessionToken: string; readonly caller: SigningCaller } | undefined;
  perform(request: InProcessRequest, requestId: string): Promise<unknown>;
  /** Lets virtual time pass; present in live mode, where the control endpoint may ask for it. */
  advance?(milliseconds: number): Promise<void>;
}

export interface WireRequest {
  readonly method: string;
  /** As sent, percent-encoded. */
  readonly path: string;
  /** Decoded, in the order sent. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Lower-case names; repeated headers joined with a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly requestId: string;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}
