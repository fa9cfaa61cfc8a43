/** `drawbridge release`: packages a pipeline and publishes it as an immutable release. */
import { provenanceFrom } from '#shared/domain/release/provenance.ts';
import { publishRelease } from '../client/releases.ts';
import type { CliCommand } from '../command.ts';
import { connect, withConnection } from '../connection.ts';
import { waivedText } from '../gate-templates.ts';
import { packageRelease } from '../package-release.ts';
import { printedCommand } from '../printed-command.ts';

export const release: CliCommand = {
  name: 'release',
  declare: (command) =>
    withConnection(command)
      .summary('make an immutable release of a pipeline')
      .description(
        'Packages templates, code and parameters of a pipeline, uploads what is missing, and records the release. On a runner of GitHub or GitLab it is recorded with commit, repository, run and event.',
      )
      .argument('[path]', 'a file, or the folder of drawbridge.yml', 'drawbridge.yml')
      .option('--pipeline <name>', 'which pipeline, if there are several')
      .addHelpText(
        'after',
        '\nExamples:\n  drawbridge release --sandbox\n  drawbridge release examples/orders --api https://…',
      ),
  run: async ({ args: [path = 'drawbridge.yml'], options, terminal }) => {
    const packaged = await packageRelease(path, options['pipeline'] as string | undefined);
    if (packaged.kind === 'invalid') return { kind: 'problems', problems: packaged.problems };
    for (const finding of packaged.waived) terminal.progress(`waived ${waivedText(finding)}`);
    const connection = await connect(options, packaged.targets);
    try {
      // biome-ignore lint/style/noProcessEnv: a runner says there what it runs for.
      const provenance = provenanceFrom(process.env);
      const { id, digest, uploaded } = await publishRelease(connection.api, packaged, provenance);
      const json = { simulated: connection.simulated, release: { id, digest }, uploaded };
      const text = `release ${id}  ${digest}  ${uploaded} of ${packaged.files.length} files uploaded\nnext: ${printedCommand(`promote ${id}`, connection.options)}`;
      return { kind: 'done', exit: 0, text, json };
    } finally {
      await connection.close();
    }
  },
};
