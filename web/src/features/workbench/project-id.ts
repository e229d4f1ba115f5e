import { useParams } from 'wouter';

/** The project of the open workbench, from the address. */
export function useProjectId(): string {
  const { projectId } = useParams();
  return projectId ?? '';
}
