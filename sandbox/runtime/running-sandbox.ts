import type { Fault } from '#sandbox/fault.ts';
import type { JournalEntry } from '#sandbox/journal-entry.ts';
import type { Caller, Permission, Sandbox, Service, SessionCaller, SigningCaller, World } from '#sandbox/kernel.ts';
import type { StandIns } from '#sandbox/lambda/registry.ts';
import type { PageAnswer } from '#sandbox/outside.ts';
import type { OpenSession, SessionCredentials } from '../open-session.ts';

/** How time passes: only by running jobs, or with the machine's clock from the moment of the start. */
export type Mode = 'virtual' | 'live';

export interface StartOptions {
  /** Reproduces every id of a new world. A given world keeps its own. */
  readonly seed: number;
  readonly services: readonly SandboxService[];
  readonly world?: World;
  readonly faults?: readonly Fault[];
  readonly mode?: Mode;
  /** Jobs one `run` or `advance` may execute before it is taken for a loop. */
  readonly jobLimit?: number;
  /** Who decides and who is known; the sandbox's IAM and STS unless a test brings its own. */
  readonly identity?: Identity;
  /** Code for functions whose own never runs here. Only tests have any. */
  readonly standIns?: StandIns;
  /** What pages outside of AWS answer to probes. */
  readonly pages?: readonly PageAnswer[];
  /** The machine's clock in epoch milliseconds: paces live mode, and a signature may carry it. */
  readonly machineNow?: () => number;
}

/** A service that holds something outside the world (a worker, a socket) ends it here. */
export interface SandboxService extends Service {
  readonly close?: (sandbox: Sandbox) => void | Promise<void>;
  /** A service whose data live in a library puts them into the world here, before it is saved. */
  readonly beforeSave?: (sandbox: Sandbox) => Promise<void>;
}

/** Credentials as they were issued, with what a signature is checked against. */
export interface IssuedSession {
  readonly secretAccessKey: string;
  /** Empty for the static access key of an IAM user. */
  readonly sessionToken: string;
  readonly caller: SigningCaller;
}

/** The part of IAM and STS the runtime and the wire layer depend on. */
export interface Identity {
  authorise(sandbox: Sandbox, caller: Caller, permission: Permission): void;
  openSession(sandbox: Sandbox, request: OpenSession): SessionCredentials;
  callerOf(sandbox: Sandbox, accessKeyId: string): SessionCaller | undefined;
  sessionOf(world: World, accessKeyId: string): IssuedSession | undefined;
}

export type CallCounts = Record<string, Record<string, number>>;

export interface RunningSandbox extends Sandbox {
  /** The virtual clock as one Float64 of epoch milliseconds, for workers that must read it without asking. */
  readonly clockBuffer: SharedArrayBuffer;
  /** Runs jobs in (at, order) order until only background jobs are left or `until` holds; `until` is asked before each job. */
  run(until?: () => boolean): Promise<void>;
  /** Runs every job due within the span, background jobs included, and leaves the clock at its end. */
  advance(milliseconds: number): Promise<void>;
  subscribe(listener: (entry: JournalEntry) => void): () => void;
  journal(): readonly JournalEntry[];
  /** How often each operation was called since the start or the last reset. */
  calls(): CallCounts;
  resetCalls(): void;
  /** Writes the world to `<folder>/world.json`, atomically. Refused while a job or a request is being worked on. */
  save(folder: string): Promise<void>;
  close(): Promise<void>;
}
