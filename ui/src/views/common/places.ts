import { viewById } from '$app/registry';

/** Whether this build has the view: nothing leads to a place that is not there. */
export const hasView = (id: string): boolean => viewById(id) !== undefined;
