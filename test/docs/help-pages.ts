/** What the command line says of itself. */
import { commands } from '#cli/commands.ts';
import { runCli } from '#cli/run-cli.ts';

/** The help page of the program and of each command, as Markdown. */
export async function helpPages(): Promise<string> {
  const sections = [await helpOf([]), ...(await Promise.all(commands.map(({ name }) => helpOf([name]))))];
  return sections.join('\n\n');
}

async function helpOf(words: readonly string[]): Promise<string> {
  const printed: string[] = [];
  const print = (text: string) => void printed.push(text);
  await runCli([...words, '--help'], { print, progress: print });
  const heading = words.length === 0 ? '## drawbridge' : `## drawbridge ${words.join(' ')}`;
  return `${heading}\n\n\`\`\`text\n${printed.join('\n').trimEnd()}\n\`\`\``;
}
