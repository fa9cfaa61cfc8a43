/** Texts as they leave Drawbridge: short, without line breaks, without secrets and without encoded authorization messages. */
import { cut, printable } from '../plan/printable.ts';
import { visibleText } from '../plan/visible-text.ts';
import type { Reason } from '../promotion/records.ts';
import { shortened } from '../trust/authorization-message.ts';

/** An event has at most 256 KB (EventBridge User Guide, PutEvents), and says first what came first. */
const mostReasons = 20;
const longestText = 1000;

/** What to do is for whoever looks at the promotion. */
export function toldReasons(reasons: readonly Reason[]): Omit<Reason, 'next'>[] {
  return reasons.slice(0, mostReasons).map(({ next: _, ...reason }) => ({ ...reason, text: toldText(reason.text) }));
}

export function toldText(text: string): string {
  return cut(printable(visibleText(shortened(text)).replaceAll(/\s+/g, ' ')), longestText);
}
