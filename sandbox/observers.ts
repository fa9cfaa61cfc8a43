/**
 * Who looks on in every sandbox of this process. By itself nobody does. Observers change nothing: they are told what a journal cannot
 * hold, the full terms of each decision, what was answered, and the last moment in which a sandbox can be searched.
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

/** What somebody outside got to read: an error of AWS, or the answer of an HTTP API. */
export interface Answered {
  /** `sts:AssumeRole`, or `POST /v1/releases`. */
  readonly from: string;
  readonly text: string;
}

export interface SandboxObserver {
  decided(sandbox: Sandbox, decided: Decided): void;
  answered(sandbox: Sandbox, answered: Answered): void;
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

export function tellAnswered(sandbox: Sandbox, answered: Answered): void {
  for (const observer of observers) observer.answered(sandbox, answered);
}

export async function tellClosing(sandbox: Sandbox, journal: readonly JournalEntry[]): Promise<void> {
  for (const observer of observers) await observer.closing(sandbox, journal);
}
