/** Windows, of which a test says only what it is about. */
import type { PolicyWindow } from '#shared/domain/window/opening.ts';
import { Window } from '#shared/domain/window/window.ts';

/** Parsed, so that a window in a test is one that could be written. */
export function aWindow(change: Partial<Window> = {}): Window {
  const weekly = change.once === undefined ? { weekly: { days: ['mon'], from: '09:00', to: '17:00' } } : {};
  return Window.parse({ name: 'office', kind: 'allow', timeZone: 'Europe/Berlin', ...weekly, ...change });
}

export function ofPolicy(window: Window, policy = 'hours'): PolicyWindow {
  return { policy, window };
}
