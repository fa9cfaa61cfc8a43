import { eventPath, type SandboxEvent, valueAt } from './event.ts';
import type { InputTransformer, Target } from './state.ts';

/** Why a target's input cannot be used, or undefined. */
export function inputProblem({ Input, InputPath, InputTransformer: transformer }: Target): string | undefined {
  const given = [Input, InputPath, transformer].filter((one) => one !== undefined);
  if (given.length > 1) return 'Only one of Input, InputPath, or InputTransformer must be provided';
  const paths = [InputPath, ...Object.values(transformer?.InputPathsMap ?? {})];
  const bad = paths.find((path) => path !== undefined && !eventPath.test(path));
  return bad === undefined ? undefined : `InputPath ${bad} is not supported`;
}

/** The JSON text a target receives: the event, a part of it, a constant, or a filled template. */
export function targetInput(target: Target, event: SandboxEvent): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(valueAt(event, target.InputPath) ?? null);
  if (target.InputTransformer !== undefined) return transformed(target.InputTransformer, event);
  return JSON.stringify(event);
}

/**
 * Fills `<name>` in the template: as JSON where it stands alone, as bare text inside a string (EventBridge User Guide, input
 * transformation). Variables of AWS's own (`<aws.events.…>`) other than the event stay as they are.
 */
function transformed({ InputPathsMap = {}, InputTemplate }: InputTransformer, event: SandboxEvent): string {
  return InputTemplate.replace(/<([\w.-]+)>/g, (placeholder: string, name: string, position: number) => {
    if (name === 'aws.events.event' || name === 'aws.events.event.json') return JSON.stringify(event);
    const path = Object.hasOwn(InputPathsMap, name) ? InputPathsMap[name] : undefined;
    if (path === undefined) return placeholder;
    const value = JSON.stringify(valueAt(event, path) ?? null);
    return insideString(InputTemplate, position) && value.startsWith('"') ? value.slice(1, -1) : value;
  });
}

function insideString(template: string, position: number): boolean {
  const quotes = template.slice(0, position).match(/(?<!\\)"/g) ?? [];
  return quotes.length % 2 === 1;
}
