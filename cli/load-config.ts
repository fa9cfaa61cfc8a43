/** Finds and reads configuration files. */
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '#shared/domain/config/config.ts';
import { type ReadConfig, readConfig } from '#shared/domain/config/read-config.ts';
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import { readText, unreadable } from './read-text.ts';

export interface LoadedConfig {
  readonly kind: 'config';
  readonly config: Config;
  /** The folder of the files: paths in them start here, and nothing outside it is packaged. */
  readonly folder: string;
}

export interface Invalid {
  readonly kind: 'invalid';
  readonly problems: readonly Problem[];
}

/** Reads one file, or of a folder `drawbridge.yml` and every `drawbridge.<word>.yml`; `.yaml` is as good. */
export async function loadConfig(path: string): Promise<LoadedConfig | Invalid> {
  const found = await filesAt(path);
  if (found.kind === 'invalid') return found;
  const config = await readAll(found.paths);
  return config.kind === 'invalid' ? config : { ...config, folder: found.folder };
}

/** As loadConfig for several paths, read as one configuration. */
export async function loadConfigs(paths: readonly string[]): Promise<ReadConfig> {
  const found = await Promise.all(paths.map(filesAt));
  const problems = found.flatMap((one) => (one.kind === 'invalid' ? one.problems : []));
  if (problems.length > 0) return { kind: 'invalid', problems };
  return readAll([...new Set(found.flatMap((one) => (one.kind === 'files' ? one.paths : [])))]);
}

async function readAll(paths: readonly string[]): Promise<ReadConfig> {
  const read = await Promise.all(paths.map((file) => readText(file)));
  const problems = read.flatMap((file) => (file.kind === 'unreadable' ? [file.problem] : []));
  if (problems.length > 0) return { kind: 'invalid', problems };
  return readConfig(read.flatMap((file) => (file.kind === 'text' ? [file] : [])));
}

const configName = /^drawbridge(\.[\w-]+)?\.ya?ml$/;

async function filesAt(path: string): Promise<{ kind: 'files'; folder: string; paths: string[] } | Invalid> {
  try {
    if (!(await stat(path)).isDirectory()) return { kind: 'files', folder: dirname(path), paths: [path] };
    const names = (await readdir(path)).filter((name) => configName.test(name)).sort();
    if (names.length > 0) return { kind: 'files', folder: path, paths: names.map((name) => join(path, name)) };
    const missing = join(path, 'drawbridge.yml');
    return { kind: 'invalid', problems: [problem('FILE_NOT_FOUND', { path: missing }, { file: missing })] };
  } catch (error) {
    return { kind: 'invalid', problems: [unreadable(path, error, { file: path })] };
  }
}
