/** Says where it runs. */
import { env } from 'node:process';

const { AWS_REGION } = env;

export async function handler() {
  return { region: AWS_REGION };
}
