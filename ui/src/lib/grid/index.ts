export { default as DataGrid } from './DataGrid.svelte';
export { countSelected, isSelected, nothing as emptySelection } from './selection';
export * from './types';
