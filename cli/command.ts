/** What a command of the command line is. */
import type { Command } from 'commander';
import type { ExitCode, Problem } from '#shared/domain/errors/problem.ts';

/** Where a command writes: its result to standard output, everything else to standard error. A line break is added. */
export interface Terminal {
  print(text: string): void;
  progress(text: string): void;
  /** Asks the person at the terminal and answers whether they said yes. Absent where nobody could answer. */
  readonly confirm?: (question: string) => Promise<boolean>;
}

export interface Invocation {
  /** In the order of the declared arguments; an optional one that is not given is undefined. */
  readonly args: readonly (string | undefined)[];
  /** The command's own options and the global ones. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly terminal: Terminal;
}

/** Forms of a result beside text and JSON. */
type Form = 'markdown' | 'html';
export type OutputFormat = 'text' | 'json' | Form;

export type Outcome =
  /** `text` is printed, or `json` with `--output json`, or another form that the command has: the same facts. */
  | {
      readonly kind: 'done';
      readonly exit: ExitCode;
      readonly text: string;
      readonly json: Readonly<Record<string, unknown>>;
      readonly forms?: Readonly<Partial<Record<Form, string>>>;
    }
  /** Another program ran in our place: it has printed what there is, and its exit code is ours. */
  | { readonly kind: 'ended'; readonly exit: number }
  /** Printed one by one; the exit code is the highest of theirs. */
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

export interface CliCommand {
  readonly name: string;
  /** Which results it can print beside text and JSON. */
  readonly formats?: readonly Form[];
  /** It works in the sandbox, and is not told so. */
  readonly sandboxed?: true;
  /** Adds description, arguments, options and examples. */
  declare(command: Command): Command;
  run(invocation: Invocation): Promise<Outcome>;
}
