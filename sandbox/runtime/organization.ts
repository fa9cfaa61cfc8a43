import type { Account, Organization, Person } from '#sandbox/kernel.ts';

export const sharedServicesAccount = '111111111111';
const preProductionAccount = '222222222222';
const productionAccount = '333333333333';
export const homeRegion = 'eu-west-1';

/**
 * Roles of single sign-on permission sets are named `AWSReservedSSO_<permission set>_<16 hexadecimal digits>`
 * (IAM Identity Center User Guide, "Referencing permission sets").
 */
const releaseManager = 'AWSReservedSSO_ReleaseManager_3f1c9a7be2d04856';
const platformAdministrator = 'AWSReservedSSO_PlatformAdministrator_b80d62e4971fac35';
const viewer = 'AWSReservedSSO_Viewer_5a94e7c31d60f2b8';

/** The organization of a new world: three accounts, and four people who sign in to shared services. */
export const defaultOrganization: Organization = {
  id: 'o-drawbridge',
  accounts: {
    [sharedServicesAccount]: account(sharedServicesAccount, 'shared-services'),
    [preProductionAccount]: account(preProductionAccount, 'pre-production'),
    [productionAccount]: account(productionAccount, 'production'),
  },
  people: {
    alice: person('alice', releaseManager),
    bob: person('bob', releaseManager),
    carol: person('carol', platformAdministrator),
    dave: person('dave', viewer),
  },
};

function account(id: string, name: string): Account {
  return { id, name, disabledRegions: [] };
}

function person(name: string, role: string): Person {
  return { name, account: sharedServicesAccount, role };
}
