import { describe, expect, it } from 'vitest';
import { publicParameter } from '#sandbox/cloudformation/public-parameters.ts';

const linux = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64';

describe('a public parameter', () => {
  it.each([
    linux,
    '/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base',
    '/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id',
    '/aws/service/debian/release/12/latest/amd64',
    '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id',
    '/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended/image_id',
    '/aws/service/bottlerocket/aws-ecs-2/x86_64/latest/image_id',
  ])('%s names an image', (name) => {
    expect(publicParameter(name, 'eu-west-1')).toMatch(/^ami-[0-9a-f]{17}$/);
  });

  it('names the same image each time, and another one elsewhere', () => {
    const [first, again] = [publicParameter(linux, 'eu-west-1'), publicParameter(linux, 'eu-west-1')];
    expect(again).toBe(first);
    expect(publicParameter(linux, 'us-east-1')).not.toBe(first);
  });

  it.each([
    '/corpus/ami',
    '/aws/service/ami-amazon-linux-latest/',
    '/aws/service/global-infrastructure/regions/eu-west-1/longName',
    '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_name',
  ])('%s is not known', (name) => {
    expect(publicParameter(name, 'eu-west-1')).toBeUndefined();
  });
});
