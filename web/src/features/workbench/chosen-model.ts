/** Which of several models the smart polygon asks, remembered on this device: a fast one suits a tablet, a large one a workstation. */
import { device } from '~/lib/keep';
import { createStore } from '~/lib/store';
import type { Model } from '~/session/queries';

const KEY = 'tandem.model';

/** Null: nobody has chosen. */
export const chosenModel = createStore<string | null>(device.getItem(KEY));

export function chooseModel(id: string): void {
  chosenModel.set(id);
  device.setItem(KEY, id);
}

/** The one that was chosen, as long as it is there; else the first by name. */
export const modelOf = (models: readonly Model[], chosen: string | null): Model | null =>
  models.find(({ id }) => id === chosen) ?? models[0] ?? null;
