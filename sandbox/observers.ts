/**
 * Who looks on in every sandbox of this process. By itself nobody does. Observers change nothing: they are told what a journal cannot
 * hold: the full terms of each decision, what was minted and shown, and the last moment in which a sandbox can be searched.
 */
import type { AccessRequest, ApplicablePolicies, Decision } from '#shared/domain/iam/evaluate.ts';
import type { JournalEntry } from './journal-entry.ts';
import type { Sandbox } from './kernel.ts';

/** A decision with all it was made from, so that it can be made again elsewhere. */
export interface Decided {
  readonly request: AccessRequest;
  readonly policies: ApplicablePolicies;
  readonly decision: Decision;
}

/** What somebody got to read: an error of AWS, the answer of an HTTP API, an event on a bus. */
export interface Shown {
  /** `error sts:AssumeRole`, `answer POST /v1/releases`, `event drawbridge`. */
  readonly where: string;
  readonly text: string;
}

/** An id, a name or a secret that nobody had before. */
export interface Minted {
  readonly kind: string;
  readonly text: string;
}

export interface SandboxObserver {
  decided(sandbox: Sandbox, decided: Decided): void;
  minted(sandbox: Sandbox, minted: Minted): void;
  shown(sandbox: Sandbox, shown: Shown): void;
  /** All services still work; closing waits for it. */
  closing(sandbox: Sandbox, journal: readonly JournalEntry[]): Promise<void>;
}

const observers = new Set<SandboxObserver>();

/** Looks on from now on, until the answer is called. */
export function observeSandboxes(observer: SandboxObserver): () => void {
  observers.add(observer);
  return () => void observers.delete(observer);
}

export function tellDecided(sandbox: Sandbox, decided: Decided): void {
  for (const observer of observers) observer.decided(sandbox, decided);
}

export function tellMinted(sandbox: Sandbox, minted: Minted): void {
  for (const observer of observers) observer.minted(sandbox, minted);
}

export function tellShown(sandbox: Sandbox, shown: Shown): void {
  for (const observer of observers) observer.shown(sandbox, shown);
}

export async function tellClosing(sandbox: Sandbox, journal: readonly JournalEntry[]): Promise<void> {
  for (const observer of observers) await observer.closing(sandbox, journal);
}
