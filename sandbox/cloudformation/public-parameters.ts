/** Systems Manager parameters that AWS publishes in every account. */
import { createHash } from 'node:crypto';

/**
 * The value of a public parameter that names a machine image, always the same in a region; undefined for any other name. Where images are:
 * Systems Manager User Guide, "Discovering public parameters in Parameter Store", and the guides of ECS, EKS and Bottlerocket.
 */
export function publicParameter(name: string, region: string): string | undefined {
  if (!images.some((pattern) => pattern.test(name))) return undefined;
  return `ami-${createHash('sha256').update(`${region} ${name}`).digest('hex').slice(0, 17)}`;
}

const images = [
  /^\/aws\/service\/ami-(amazon-linux|macos|windows)-latest\/.+$/,
  /^\/aws\/service\/canonical\/ubuntu\/.+\/ami-id$/,
  /^\/aws\/service\/debian\/(daily|release)\/.+$/,
  /^\/aws\/service\/(bottlerocket|ecs\/optimized-ami|eks\/optimized-ami)\/.+\/image_id$/,
];
