// Generated from openapi.json by `npm run generate`. Do not edit.

export interface paths {
    "/api/v1/admin/actors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What lives in the server right now: counts of the whole, and the tasks of my own workspace. */
        get: operations["getActors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The nodes of the installation and what they carry: numbers of everybody, and whose they are is not said. Nobody drains a node from
         *     here: it serves other workspaces too (docs/decisions/0033).
         */
        get: operations["getNodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/annotations/{annotation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One submitted version. */
        get: operations["getAnnotation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/annotations/{annotation_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happened to an annotation, the versions before and after it included. */
        get: operations["listAnnotationEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets/{asset_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One image, with a presigned URL to fetch it. */
        get: operations["getAsset"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assets/{asset_id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that the bytes are there.
         * @description Type, size and orientation are read from the bytes. An image that cannot be shown is `rejected` with its reason. Calling again
         *     gives the same answer.
         */
        post: operations["completeAsset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assignments/{assignment_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One lease, why it was given to whom it was given, and why it ended. */
        get: operations["getAssignment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assignments/{assignment_id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin work on a leased task. */
        post: operations["acceptTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assignments/{assignment_id}/decide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decide about submitted work.
         * @description Under one's own lease on a review. What was mended in the live document before an approval becomes a version of its own. What comes next is the
         *     workflow's: a rejected task usually goes back to whoever did it. Asking again after a lost answer changes nothing.
         */
        post: operations["decideReview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assignments/{assignment_id}/evict": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take work from its holder.
         * @description They are told why; what they drew stays in the document. Afterwards anybody may have it, or somebody named, or it is held.
         */
        post: operations["evictHolder"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assignments/{assignment_id}/hand-over": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hand one's own work over.
         * @description In one step: nobody gets between, and the other finds the work as it stands.
         */
        post: operations["handOver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assignments/{assignment_id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a task back.
         * @description Somebody else's lease needs `lease.override`.
         */
        post: operations["releaseTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assignments/{assignment_id}/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Push the end of a lease back. */
        post: operations["renewLease"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assignments/{assignment_id}/skip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Skip a task, with a reason. */
        post: operations["skipTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/assignments/{assignment_id}/submit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Submit the work.
         * @description What counts is the live document of the task, once it holds all of `state_vector` and of `snapshot`. With `and_next` the next task is leased in the
         *     same call. Asking again after a lost answer gives the same annotation.
         */
        post: operations["submitTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange a refresh token for a new session. */
        post: operations["refreshSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange the token of a sign-in link for a session. */
        post: operations["signIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{batch_id}/instance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far a batch is.
         * @description Its machine is the parent of its tasks': it is begun with the first of them and complete with the last, and opens again when more come.
         */
        get: operations["getBatchInstance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/batches/{batch_id}/transitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a batch came to where it is. */
        get: operations["listBatchTransitions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{job_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One job.
         * @description With the address of the file it made, as long as that is kept.
         */
        get: operations["getJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/jobs/{job_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel a job.
         * @description One that waits is cancelled at once; one that runs stops at its next step (`is_cancelling` until then) and leaves nothing behind. One
         *     that has ended stays as it is.
         */
        post: operations["cancelJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/layout-components": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The components that layouts are made of, for completion. */
        get: operations["listLayoutComponents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who the token says I am, and where I may work. */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/hours": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Say when I work.
         * @description How many tasks a day I may be given is for admins to say and stays as it is.
         */
        put: operations["putMyHours"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What I was told.
         * @description Of projects I am still in, and of the last 90 days. What comes from now on is told live on the `user` topic, as `notified`.
         */
        get: operations["listNotifications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/notifications/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say what I have read. */
        post: operations["readNotifications"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/preferences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** My preferences. */
        get: operations["getPreferences"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change my preferences; only those named. */
        patch: operations["changePreferences"];
        trace?: never;
    };
    "/api/v1/me/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What I am certified to do, and when I work. */
        get: operations["getMyProfile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Models that run in people's browsers. */
        get: operations["listModels"];
        put?: never;
        /**
         * Ask for the upload of a model.
         * @description The answer says where and how to PUT the bytes of both files; call complete when they are there.
         */
        post: operations["createModel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{model_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One model, with presigned URLs to load its files. */
        get: operations["getModel"];
        put?: never;
        post?: never;
        /**
         * Delete a model, or an upload that is not completed.
         * @description Browsers that have it loaded go on with it until they ask for the list again.
         */
        delete: operations["deleteModel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{model_id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that the bytes of both files are there.
         * @description They are read through once: their SHA-256 is what browsers keep them by. What is no model is refused, and the upload is gone. Calling again gives the
         *     same answer.
         */
        post: operations["completeModel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The projects I am in; a workspace admin sees all. */
        get: operations["listProjects"];
        put?: never;
        /** Create a project. */
        post: operations["createProject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One project. */
        get: operations["getProject"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change a project; only the fields present. */
        patch: operations["updateProject"];
        trace?: never;
    };
    "/api/v1/projects/{project_id}/assets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Images of a project. */
        get: operations["listAssets"];
        put?: never;
        /**
         * Ask for an upload.
         * @description The answer says where and how to PUT the bytes; call complete when they are there.
         */
        post: operations["createAsset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Batches of a project. */
        get: operations["listBatches"];
        put?: never;
        /** Create a batch. */
        post: operations["createBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export a project's newest submitted annotations.
         * @description Streamed: one COCO document, or one JSON line a task. A body that breaks off is no complete export.
         */
        get: operations["exportProject"];
        put?: never;
        /**
         * Export the newest submitted annotations of some tasks.
         * @description As the whole project is exported. Of a task that has none the line, or the image, is there without annotations.
         */
        post: operations["exportTasks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/job-files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for the upload of an archive to import.
         * @description The answer says where and how to PUT the bytes; then start a job of the kind `import` with the file's id.
         */
        post: operations["createJobFile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Jobs of a project. */
        get: operations["listJobs"];
        put?: never;
        /**
         * Start a job.
         * @description It begins as soon as a worker is free. An import also needs `task.create`, an export `export.read`, a relabelling `project.update`. How far it is comes live, as
         *     `jobs_changed` of the project's topic.
         */
        post: operations["createJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/layouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Layouts of a project, all versions. */
        get: operations["listLayouts"];
        put?: never;
        /**
         * Draft a layout.
         * @description A draft may have mistakes; `problems` says them. It is the first version of a series of its own.
         */
        post: operations["createLayout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/layouts/{layout_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A version of a layout. */
        get: operations["getLayout"];
        /**
         * Change what a draft says.
         * @description What was ever active stays as it is, because tasks are on it: draft the next version instead.
         */
        put: operations["updateLayout"];
        post?: never;
        /** Throw a draft away. */
        delete: operations["deleteLayout"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/layouts/{layout_id}/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Activate a version.
         * @description Work on tasks of the project begins on it from now on: all work, or that of a step or of a kind (who adjudicates sees other things than who annotates); the
         *     more special goes first, a step before a kind. Tasks on which such work has begun stay on the version it began on, and those that had none then
         *     without one. The version that was active for the same is retired; it may be activated again, as it was.
         */
        post: operations["activateLayout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/layouts/{layout_id}/retire": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retire a version.
         * @description No more work begins on it: of its step or kind with the more general layout, of a project that has no other without one. Tasks that are on it stay on it. It
         *     may be activated again.
         */
        post: operations["retireLayout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/layouts/{layout_id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Draft the next version of a layout.
         * @description It begins as a copy of this one.
         */
        post: operations["createLayoutVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/layouts/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Look at a layout: everything that is wrong with it, and what it is compiled to.
         * @description Nothing is kept. Problems are the answer here, not a refusal.
         */
        post: operations["checkLayout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is in a project. */
        get: operations["listProjectMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Add a person to a project, or change their role. */
        put: operations["putProjectMember"];
        post?: never;
        /** Take a person out of a project. */
        delete: operations["deleteProjectMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/members/{user_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Give a member nothing more for now, or let them go on.
         * @description What they hold they may finish.
         */
        put: operations["pauseMember"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/next": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Look ahead in my queue.
         * @description The first tasks that `nextTask` would lease to me, in its order, once I am through with what I hold. Nothing is kept for me by it: whoever asks first
         *     gets them. Tasks whose content is withheld until they are accepted are left out.
         */
        get: operations["upcomingTasks"];
        put?: never;
        /**
         * Lease the next task.
         * @description Gives back the lease I already hold in this project, if I hold one. With a `step`: only work of that step. Nothing to do is an answer: `work` is null,
         *     and where a step was named `nothing` says why.
         */
        post: operations["nextTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/predictions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Suggest regions that models found.
         * @description People see them in the task's live document, apart from their own regions, and accept or reject them; whoever has the task open sees them come. Nothing of
         *     it is part of an answer until somebody accepts it. All predictions are checked first, by the rules of what people submit, and nothing is changed if one
         *     of them breaks one.
         */
        post: operations["createPredictions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/regions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Regions of the newest submitted annotations, across tasks. */
        get: operations["listRegions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/relabel-preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a label's new name would change.
         * @description Nothing is changed. A job of the kind `relabel` with the same two names does it.
         */
        get: operations["previewRelabel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/steps/{step}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tasks in a step.
         * @description The waiting in the order in which they are given out: the highest priority first, then the oldest. The others, oldest first. Steps in which programs run
         *     have tasks in work and held ones, a hold has held ones.
         */
        get: operations["listStepTasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tasks of a project. */
        get: operations["listTasks"];
        put?: never;
        /** Create tasks: all of them or none. */
        post: operations["createTasks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/tasks/assign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give tasks to people, in turn.
         * @description The first task goes to the first of the people, the next to the second, and so on; who may not have one is passed over for it. With `force` and a reason
         *     the rules of the step are not asked.
         */
        post: operations["assignTasks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/tasks/priority": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let tasks go first, or last.
         * @description Who works on one goes on. The answer says what the priorities were.
         */
        post: operations["setPriority"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/workflow-progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the work stands, step by step.
         * @description With who works where, and for each step why I may not work there.
         */
        get: operations["getWorkflowProgress"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{project_id}/workflows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Workflows of a project, all versions. */
        get: operations["listWorkflows"];
        put?: never;
        /**
         * Draft a workflow, or the next version of one.
         * @description What it says is checked first: a workflow that could not run is not kept, not even as a draft. `errors` names each place as a JSON
         *     Pointer into the form.
         */
        post: operations["createWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One task. */
        get: operations["getTask"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/annotations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Submitted versions of a task. */
        get: operations["listAnnotations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/assign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give a task to somebody.
         * @description If the rules of the step allow it; with `force` and a reason, whatever they say.
         */
        post: operations["assignTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/assignees": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who may have a task.
         * @description Everybody of the project, were the task given to them: what `getEligibility` says of one, for all at once.
         */
        get: operations["listAssignees"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/candidates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every answer to a task.
         * @description The newest version of each, with who gave it: what somebody who decides between answers looks at. Who answers the task themselves without seeing the
         *     others' answers is told only their own meanwhile.
         */
        get: operations["listCandidates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/claim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lease this very task.
         * @description How somebody takes back work whose lease ran out, or picks a task from the list. My own lease on it comes back as it is.
         */
        post: operations["claimTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/comments/tell": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Tell people of a comment in a task's document that names or answers them.
         * @description Each is told once of a comment, however often it is said; oneself is not told, nor is who is not in the project.
         */
        post: operations["tellOfComment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/eligibility": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether somebody may have a task, and why not.
         * @description Every reason, in words: "Requires skill: Medical Coding (expert)". About others needs `lease.override`.
         */
        get: operations["getEligibility"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Checkpoints of a task's live document.
         * @description They are made when the work is submitted, before a restore, when somebody asks, and now and then by themselves.
         */
        get: operations["listHistory"];
        put?: never;
        /**
         * Make a checkpoint now.
         * @description Of everything that was edited before; returns once that is on disk.
         */
        post: operations["createCheckpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/history/{checkpoint_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One checkpoint, with the regions as they were. */
        get: operations["getCheckpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/history/{checkpoint_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Bring an older state back.
         * @description An edit like any other, of the person who asks: everybody on the task sees it at once, what others draw at that moment is merged with
         *     it, and nothing is lost: how the document was right before is a checkpoint too.
         */
        post: operations["restoreCheckpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/layout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a task is worked on.
         * @description For who holds it what their step has, if it has a layout of its own; else the version on which work on it began; before that the project's active one. It
         *     says nothing of what is in the task, so whoever has not accepted the task may read it too.
         */
        get: operations["getTaskLayout"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was noted about a task. */
        get: operations["listTaskNotes"];
        put?: never;
        /**
         * Note something about a task.
         * @description For whoever else steers the project; whoever works on it does not see it. It stays.
         */
        post: operations["addTaskNote"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/standing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where a task stands. */
        get: operations["getTaskStanding"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/steer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hold, resume, complete, reset or roll back a task.
         * @description Each with its reason, written into the task's history. Whoever works on a step that closes by it is told; what they drew stays in the document.
         */
        post: operations["steerTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/steps/{step}/result": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answer for a step that waits for an agent outside. */
        post: operations["answerStep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tasks/{task_id}/transitions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a task came to where it is. */
        get: operations["listTransitions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everybody in the workspace. */
        get: operations["listUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user_id}/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a member is certified to do, and when they work. */
        get: operations["getMemberProfile"];
        /** Say what a member is certified to do, and when they work. */
        put: operations["putMemberProfile"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{user_id}/revoke-sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign a person out everywhere: all their tokens made until now are void, and open connections end at once. One may always
         *     do so to oneself.
         */
        post: operations["revokeSessions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A version of a workflow. */
        get: operations["getWorkflow"];
        /**
         * Change what a draft says.
         * @description What was ever active stays as it is, because tasks are on it: draft the next version instead.
         */
        put: operations["updateWorkflow"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Activate a version.
         * @description New tasks of the project begin on it from now on. Tasks that there are stay on the version they began on, and those without a workflow
         *     without one. The version that was active is retired; it may be activated again.
         */
        post: operations["activateWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/migrate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move tasks to this version.
         * @description At most 500 in a call: go on with `next`. With `dry_run` it says what fits and what does not, and moves nothing. Tasks that do not fit stay on their
         *     version and can be finished there.
         */
        post: operations["migrateTasks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/simulate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Simulate a workflow.
         * @description `tasks` synthetic tasks (at most 20,000) go through it with the stated chances, durations and people; the same `seed` gives the same answer.
         *     The body is described in docs/workflows.md, "Simulation". It ends after 20 seconds at the latest, and when the caller hangs up.
         */
        post: operations["simulateWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Look at a workflow: everything that is wrong with it, and its boxes and arrows.
         * @description Nothing is kept. Problems are the answer here, not a refusal.
         */
        post: operations["checkWorkflow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        ActorNode: {
            /** Format: uuid */
            id: string | null;
            /** @description `journal`, `timer`, `jobs`, `neighbours`, `node`, `project`, `user` or `task`; of a job what it does. */
            kind: string;
            /**
             * Format: double
             * @description How long a message waits for it. None: it did not answer, or was not asked.
             */
            mailbox_ms: number | null;
            /**
             * Format: int32
             * @description How often it was started again after a crash.
             */
            restarts: number;
            /** @description `starting`, `up`, `stopped` or `gave_up`: crashed too often and is left alone for a while. */
            state: string;
        };
        /** @description The live tree: counts of the whole server, and the actors of the caller's own workspace. */
        ActorTree: {
            /** @description Messages being handled for 100 ms or longer. */
            busy: components["schemas"]["BusyHandler"][];
            /** @description The threads that connections are on, with what they have of everybody. */
            desks: components["schemas"]["DeskNode"][];
            /** @description Whether edits reach the disk. */
            durable: boolean;
            /** @description Jobs of the workspace that this node is at; what each is doing is its `state`. */
            my_jobs: components["schemas"]["ActorNode"][];
            /** @description People of this workspace with a connection here, at most 200 of them. */
            my_people: components["schemas"]["ActorNode"][];
            /** Format: int32 */
            my_people_count: number;
            /** @description Projects of this workspace that somebody is in. */
            my_projects: components["schemas"]["ActorNode"][];
            /** Format: int32 */
            my_session_count: number;
            /** @description Connections of this workspace: those for which most waits, at most 20 of them. */
            my_sessions: components["schemas"]["SessionNode"][];
            /** Format: int32 */
            my_task_count: number;
            /** @description Tasks of this workspace that somebody has open, at most 200 of them. */
            my_tasks: components["schemas"]["TaskNode"][];
            /** Format: int32 */
            people: number;
            /** Format: int32 */
            projects: number;
            /** @description Those there is one of: the journal, the timer, what watches other nodes, the node's own. */
            root: components["schemas"]["ActorNode"][];
            /**
             * Format: int32
             * @description Open connections, of everybody.
             */
            sessions: number;
            /**
             * Format: int32
             * @description Documents in memory, of everybody.
             */
            tasks: number;
            /**
             * Format: int64
             * @description Bytes of edits that wait for it.
             */
            waiting_bytes: number;
        };
        AddNote: {
            /** @description 1 to 4,000 characters. */
            text: string;
        };
        AfterEviction: {
            /** @enum {string} */
            to: "pool";
        } | {
            /** @enum {string} */
            to: "person";
            user_id: components["schemas"]["UserId"];
        } | {
            /** @enum {string} */
            to: "hold";
        };
        /** @description One version of the submitted work on a task-step. */
        Annotation: {
            assignment_id: components["schemas"]["AssignmentId"] | null;
            /** Format: date-time */
            created_at: string;
            id: components["schemas"]["AnnotationId"];
            /** @description The answer besides the regions, as the task's layout describes it (its `output_schema`); none where the task has no layout. */
            output: {
                [key: string]: unknown;
            } | null;
            parent_id: components["schemas"]["AnnotationId"] | null;
            project_id: components["schemas"]["ProjectId"];
            regions: components["schemas"]["Region"][];
            source: components["schemas"]["AnnotationSource"];
            status: components["schemas"]["AnnotationStatus"];
            step: string;
            /** Format: date-time */
            submitted_at: string | null;
            task_id: components["schemas"]["TaskId"];
            /** Format: int64 */
            time_spent_ms: number | null;
            user_id: components["schemas"]["UserId"] | null;
            /**
             * Format: int32
             * @description 1, 2, ... within the task-step.
             */
            version: number;
        };
        /** @description One entry of an annotation's history, oldest first. Never changed once written. */
        AnnotationEvent: {
            actor_id: components["schemas"]["UserId"] | null;
            /** @description `user`, `system` or `api`. */
            actor_type: string;
            annotation_id: components["schemas"]["AnnotationId"];
            /** @description What changed against the version before: ids of regions. */
            changes: components["schemas"]["RegionChanges"];
            /** @description `imported`, `submitted`, `superseded`, `relabelled`, ... */
            event_type: string;
            /** Format: uuid */
            id: string;
            /** Format: date-time */
            occurred_at: string;
            /** @description The answer besides them, as it was then. */
            output: {
                [key: string]: unknown;
            } | null;
            /** @description The regions as they were after this event. */
            regions: components["schemas"]["Region"][];
        };
        /**
         * Format: uuid
         * @description One person's versioned work on a task-step.
         */
        AnnotationId: string;
        /**
         * @description Where an annotation came from.
         * @enum {string}
         */
        AnnotationSource: "human" | "import";
        /** @enum {string} */
        AnnotationStatus: "draft" | "submitted" | "approved" | "rejected" | "superseded";
        /** @description Which work. Without a body: any. */
        AskNext: {
            /** @description Only work of this step. */
            step?: string | null;
        };
        Asset: {
            /** @description Read from the bytes, e.g. `image/jpeg`. */
            content_type: string;
            /** Format: date-time */
            created_at: string;
            filename: string;
            /** Format: int32 */
            height: number | null;
            id: components["schemas"]["AssetId"];
            /**
             * Format: int32
             * @description EXIF orientation, 1 to 8 (1: as stored).
             */
            orientation: number;
            project_id: components["schemas"]["ProjectId"];
            /** @description Why it was rejected. */
            reason: string | null;
            /**
             * Format: int64
             * @description Bytes.
             */
            size: number;
            status: components["schemas"]["AssetStatus"];
            /** @description A presigned GET, present when the asset is ready. */
            url: string | null;
            /**
             * Format: int32
             * @description Pixels as people see them, after EXIF orientation. Region coordinates live in this frame.
             */
            width: number | null;
        };
        /**
         * Format: uuid
         * @description One uploaded file (an image).
         */
        AssetId: string;
        /** @enum {string} */
        AssetStatus: "pending" | "ready" | "rejected";
        AssetUpload: {
            asset: components["schemas"]["Asset"];
            upload: components["schemas"]["PresignedRequest"];
        };
        /** @description A lease: one person's right to submit one task-step, until it expires. */
        Assignment: {
            /** Format: date-time */
            accepted_at: string | null;
            /** Format: date-time */
            assigned_at: string;
            /** Format: date-time */
            ended_at: string | null;
            /** Format: date-time */
            expires_at: string;
            /**
             * Format: int64
             * @description Grows with every lease ever given. Send it back with accept, renew, release, skip and submit.
             */
            fencing_token: number;
            id: components["schemas"]["AssignmentId"];
            kind: components["schemas"]["WorkKind"];
            project_id: components["schemas"]["ProjectId"];
            /**
             * Format: int32
             * @description Grows each time the step is opened anew.
             */
            round: number;
            /** @description The document that is worked on. */
            scope: string;
            /**
             * Format: int32
             * @description Which of the step's answers this is, where several people answer; the first is 0.
             */
            slot: number;
            status: components["schemas"]["AssignmentStatus"];
            step: string;
            task_id: components["schemas"]["TaskId"];
            user_id: components["schemas"]["UserId"];
        };
        /** @description A lease, why it was given to this person, and why it ended. */
        AssignmentDetail: components["schemas"]["Assignment"] & {
            /**
             * @description Why this person has it: `mode` of the step, `because` with the `rule` that chose them (`queue`, `kept`, `picked`, `by_hand`, `handed_over`, or that of a
             *     task the server gave), `skills` that the step asks for and they have, the `task`'s `priority` and since when it waited; with scores, `eligible` and
             *     `considered` where the server chose between people, and to those who may steer also the `runners_up`. For its holder and for those who may steer;
             *     none for others, and of leases of before this was kept.
             */
            assignment_metadata: {
                [key: string]: unknown;
            } | null;
            /** @description What whoever ended it wrote: the person who skipped it, the admin who took it back. None: nobody wrote anything. */
            reason: string | null;
        };
        /**
         * Format: uuid
         * @description One lease of one task-step by one person.
         */
        AssignmentId: string;
        /** @enum {string} */
        AssignmentStatus: "assigned" | "accepted" | "submitted" | "skipped" | "released" | "expired" | "reassigned";
        /** @description Give a task to somebody. */
        AssignTask: {
            /** @description Against the rules of the step: `reason` must say why. */
            force?: boolean;
            /** @description 1 to 500 characters. */
            reason?: string | null;
            /** @description Which of the open steps; the first if none is said. */
            step?: string | null;
            user_id: components["schemas"]["UserId"];
        };
        /** @description Give tasks to people, in turn. */
        AssignTasks: {
            /** @description Against the rules of the step: `reason` must say why. */
            force?: boolean;
            /** @description 1 to 500 characters. */
            reason?: string | null;
            /** @description Which of the open steps; the first if none is said. */
            step?: string | null;
            /** @description 1 to 500 tasks of the project, each once. */
            task_ids: components["schemas"]["TaskId"][];
            /** @description 1 to 20 people, each once: the first task goes to the first of them who may have it, the next to whoever follows. */
            user_ids: components["schemas"]["UserId"][];
        };
        /** @description A signed-in session. */
        AuthSession: {
            /** Format: date-time */
            access_expires_at: string;
            /** @description Send as `Authorization: Bearer ...` and in the WebSocket's first message. */
            access_token: string;
            me: components["schemas"]["Me"];
            /** Format: date-time */
            refresh_expires_at: string;
            refresh_token: string;
        };
        /**
         * Format: byte
         * @description Bytes: standard base64 with padding in JSON, plain bytes in bincode.
         */
        Base64: string;
        Batch: {
            /** Format: date-time */
            created_at: string;
            created_by: components["schemas"]["UserId"] | null;
            description: string;
            /** Format: date-time */
            due_date: string | null;
            id: components["schemas"]["BatchId"];
            name: string;
            /** Format: int32 */
            priority: number;
            progress: components["schemas"]["Progress"];
            project_id: components["schemas"]["ProjectId"];
        };
        /** Format: uuid */
        BatchId: string;
        /** @description A batch as its own machine has it: the parent of its tasks', which follows how far they are. */
        BatchInstance: {
            batch_id: components["schemas"]["BatchId"];
            /**
             * Format: int64
             * @description Those that somebody works on, or has; those that are done among them.
             */
            begun: number;
            /** Format: date-time */
            completed_at: string | null;
            /** Format: int64 */
            done: number;
            /** Format: uuid */
            id: string;
            /** Format: date-time */
            started_at: string;
            /**
             * Format: int64
             * @description Tasks that are not archived.
             */
            total: number;
            /** @description `created`, `in_progress`, `completed`. */
            value: string;
            workflow_id: components["schemas"]["WorkflowId"] | null;
        };
        /** @description A message that is being handled. */
        BusyHandler: {
            actor: string;
            message: string;
            /** Format: double */
            ms: number;
            thread: string;
        };
        /** @description The server is about to close this connection on purpose. */
        Bye: {
            /** Format: int32 */
            code: number;
            reason: string;
            /**
             * Format: int32
             * @description Come back after a pause of this length plus up to as much again at random. None: do not come back.
             */
            reconnect_after_ms: number | null;
        };
        /** @description One person's answer to a task, for those who decide between answers. */
        Candidate: {
            annotation: components["schemas"]["Annotation"];
            /** @description Why it was rejected or sent back. */
            reason: string | null;
            /**
             * Format: int32
             * @description Which time the task was at the step.
             */
            round: number;
            /**
             * Format: int32
             * @description Which of the step's answers.
             */
            slot: number;
            user_name: string | null;
        };
        /** @description What is to be other than it is. An entry replaces what there was whole; null takes it away; what is not named stays. */
        ChangePreferences: {
            /** @description Names have 1 to 64 characters. All of somebody's together take at most 32 KiB of JSON. */
            values: {
                [key: string]: unknown;
            };
        };
        /** @description What a layout is found to be. */
        CheckedLayout: {
            /** @description JSON Schema (draft 2020-12) of its answers. */
            output_schema: {
                [key: string]: unknown;
            } | null;
            /** @description Everything that is wrong with it, in the order of the text. */
            problems: components["schemas"]["LayoutProblem"][];
            /** @description What it is compiled to; none while it has errors. */
            tree: {
                [key: string]: unknown;
            } | null;
        };
        /** @description What a workflow is found to be. */
        CheckedWorkflow: {
            /** @description The form as JSON, where XML was given and could be read. */
            form: {
                [key: string]: unknown;
            } | null;
            /** @description For drawing; empty where it cannot be read. */
            graph: components["schemas"]["WorkflowGraph"];
            /** @description Everything that is wrong with it; empty: it can be saved. */
            problems: components["schemas"]["WorkflowProblem"][];
        };
        /** @description A layout to look at. */
        CheckLayout: {
            source: string;
        };
        /** @description A live document as it was at some moment. */
        Checkpoint: {
            /**
             * Format: int32
             * @description Regions that came, changed and went since the checkpoint before.
             */
            added: number;
            /** @description Who edited since the checkpoint before. */
            authors: components["schemas"]["UserId"][];
            /** Format: int32 */
            changed: number;
            id: components["schemas"]["CheckpointId"];
            /** Format: date-time */
            made_at: string;
            made_by: components["schemas"]["UserId"] | null;
            reason: components["schemas"]["CheckpointReason"];
            /** Format: int32 */
            region_count: number;
            /** Format: int32 */
            removed: number;
            /** @description The document's name: of its step, `label#1` of a slot, `label~1` after a draft was discarded. */
            step: string;
            task_id: components["schemas"]["TaskId"];
        };
        /** @description A checkpoint and what was drawn then. */
        CheckpointContent: {
            checkpoint: components["schemas"]["Checkpoint"];
            regions: components["schemas"]["Region"][];
        };
        /**
         * Format: uuid
         * @description A live document as it was at some moment.
         */
        CheckpointId: string;
        /**
         * @description Why a checkpoint was made.
         * @enum {string}
         */
        CheckpointReason: "submit" | "compaction" | "manual" | "restore";
        /** @description A workflow to look at, without a project: exactly one of `form` and `xml`. */
        CheckWorkflow: {
            form?: {
                [key: string]: unknown;
            } | null;
            xml?: string | null;
        };
        ClientControlJson: (components["schemas"]["Hello"] & {
            /** @enum {string} */
            type: "hello";
        }) | (components["schemas"]["Refresh"] & {
            /** @enum {string} */
            type: "refresh";
        }) | (components["schemas"]["Subscribe"] & {
            /** @enum {string} */
            type: "subscribe";
        }) | (components["schemas"]["Unsubscribe"] & {
            /** @enum {string} */
            type: "unsubscribe";
        }) | (components["schemas"]["SetPresence"] & {
            /** @enum {string} */
            type: "set_presence";
        }) | (components["schemas"]["Ping"] & {
            /** @enum {string} */
            type: "ping";
        });
        /** @description A step that somebody may not work on. */
        ClosedStep: {
            name: string;
            reasons: components["schemas"]["Reason"][];
            step: string;
        };
        /** @description Ask for an upload. The answer says where and how to PUT the bytes. */
        CreateAsset: {
            /** @description What the sender believes it is. The type that counts is read from the bytes on completion. */
            content_type: string;
            /** @description 1 to 255 characters, no path separators or control characters. */
            filename: string;
            /**
             * Format: int64
             * @description Bytes.
             */
            size: number;
        };
        CreateBatch: {
            description?: string;
            /** Format: date-time */
            due_date?: string | null;
            name: string;
            /**
             * Format: int32
             * @description 1 (low) to 10 (high); default 5.
             */
            priority?: number | null;
        };
        CreatedPredictions: {
            /** @description In the order asked. */
            items: components["schemas"]["PredictedTask"][];
        };
        CreatedTasks: {
            tasks: components["schemas"]["Task"][];
        };
        /** @description What is to be done. `kind` says what, `input` with what. */
        CreateJob: {
            input: components["schemas"]["ImportInput"];
            /** @enum {string} */
            kind: "import";
        } | {
            input: components["schemas"]["ExportInput"];
            /** @enum {string} */
            kind: "export";
        } | {
            input: components["schemas"]["RelabelInput"];
            /** @enum {string} */
            kind: "relabel";
        };
        /** @description Ask for an upload that a job is to read. The answer says where and how to PUT the bytes. */
        CreateJobFile: {
            /** @description 1 to 255 characters, no path separators or control characters; ends with `.zip`. */
            filename: string;
            /**
             * Format: int64
             * @description Bytes, at most 5 GiB.
             */
            size: number;
        };
        /** @description A new layout: a draft, which may have mistakes. */
        CreateLayout: {
            /** @description 1 to 200 characters. */
            name: string;
            /** @description Markup, at most 256 KiB. */
            source: string;
        };
        /** @description Ask for the upload of a model that runs in people's browsers: two ONNX files. */
        CreateModel: {
            decoder: components["schemas"]["NewModelFile"];
            encoder: components["schemas"]["NewModelFile"];
            /** @description 1 to 100 characters; what people choose it by. */
            name: string;
        };
        CreatePredictions: {
            /** @description 1 to 1000; each source once for a task. */
            predictions: components["schemas"]["NewPrediction"][];
        };
        CreateProject: {
            customer_id?: components["schemas"]["CustomerId"] | null;
            description?: string;
            label_schema?: components["schemas"]["LabelSchema"];
            /**
             * Format: int32
             * @description 30 to 86400; default 1800.
             */
            lease_seconds?: number | null;
            /** @description 1 to 200 characters, unique in the workspace. */
            name: string;
        };
        CreateTasks: {
            /** @description 1 to 1000. */
            tasks: components["schemas"]["NewTask"][];
        };
        /** @description A new draft: exactly one of the three. It becomes the next version of the key in it. */
        CreateWorkflow: {
            /** @description JSON of the form (docs/workflows.md). */
            form?: {
                [key: string]: unknown;
            } | null;
            predefined?: components["schemas"]["PredefinedWorkflow"] | null;
            /** @description The same as XML. */
            xml?: string | null;
        };
        /** Format: uuid */
        CustomerId: string;
        Decided: {
            annotation: components["schemas"]["Annotation"] | null;
            assignment: components["schemas"]["Assignment"];
            next: components["schemas"]["Work"] | null;
        };
        DecideReview: {
            /** @description Lease the next task of the project in the same call. */
            and_next?: boolean;
            decision: components["schemas"]["ReviewDecision"];
            /** Format: int64 */
            fencing_token: number;
            /** @description 1 to 2,000 characters; must be given with `reject` and `request_changes`. */
            reason?: string | null;
            snapshot?: components["schemas"]["Base64"] | null;
            state_vector?: components["schemas"]["Base64"] | null;
            /**
             * Format: int64
             * @description Milliseconds of active work since the task was opened.
             */
            time_spent_ms?: number | null;
        };
        /** @description A thread that tells its connections what happens in rooms. */
        DeskNode: {
            /** Format: int32 */
            connections: number;
            /**
             * Format: double
             * @description How long a message waits for it.
             */
            mailbox_ms: number;
            /** Format: int64 */
            number: number;
            /**
             * Format: int32
             * @description Rooms that somebody of this thread is in.
             */
            rooms: number;
            /**
             * Format: int32
             * @description Places that its connections have in rooms.
             */
            seats: number;
            /**
             * Format: int64
             * @description Bytes that wait for sockets.
             */
            waiting_bytes: number;
        };
        /** @description The document's edits reach (or no longer reach) the disk. Work goes on either way; acknowledgements wait. */
        DurabilityChanged: {
            /** Format: int32 */
            channel: number;
            durable: boolean;
        };
        /** @description Something was refused. The connection lives on unless a close follows. */
        ErrorMessage: {
            /**
             * Format: int32
             * @description The channel it concerns, if one.
             */
            channel: number | null;
            code: string;
            /** @description The offending field, if one. */
            field: string | null;
            message: string;
            retryable: boolean;
            /** @description The rule it broke, if one. */
            rule: string | null;
            /**
             * Format: int64
             * @description For a refused `update`: its sequence number. It will never be acknowledged.
             */
            seq: number | null;
        };
        /** @description Take work from its holder. */
        EvictHolder: {
            /** @description 1 to 500 characters; the holder is told. */
            reason: string;
            then?: components["schemas"]["AfterEviction"];
        };
        /** @enum {string} */
        ExportFormat: "coco" | "jsonl";
        /** @description Writes the newest submitted annotations of the project into a file, which is kept for a week. */
        ExportInput: {
            format: components["schemas"]["ExportFormat"];
        };
        /** @description Which tasks to export, and as what. */
        ExportTasks: {
            format: components["schemas"]["ExportFormat"];
            /** @description 1 to 500 tasks of the project; one that is there twice is exported once. */
            task_ids: components["schemas"]["TaskId"][];
        };
        /** @description A face of a cuboid: an axis-parallel rectangle; `x`, `y` is its top left corner. */
        Face: {
            /** Format: double */
            height: number;
            /** Format: double */
            width: number;
            /** Format: double */
            x: number;
            /** Format: double */
            y: number;
        };
        /** @description One field that broke one rule. */
        FieldError: {
            /** @description Path of the field in the request, e.g. `tasks[3].asset_id`. */
            field: string;
            /** @description The rule in words, with its limit. */
            message: string;
            /** @description The rule's machine word, e.g. `required`, `max_length`, `unknown_label`. */
            rule: string;
        };
        /** @description The geometry of a region. The tag `kind` stands beside the fields: `{"kind": "box", "x": 1, ...}`. */
        Geometry: {
            /** Format: double */
            height: number;
            /** @enum {string} */
            kind: "box";
            /** Format: double */
            width: number;
            /** Format: double */
            x: number;
            /** Format: double */
            y: number;
        } | {
            /** Format: double */
            height: number;
            /** @enum {string} */
            kind: "rotated_box";
            /** Format: double */
            rotation: number;
            /** Format: double */
            width: number;
            /** Format: double */
            x: number;
            /** Format: double */
            y: number;
        } | {
            /** Format: double */
            cx: number;
            /** Format: double */
            cy: number;
            /** @enum {string} */
            kind: "ellipse";
            /** Format: double */
            rotation: number;
            /** Format: double */
            rx: number;
            /** Format: double */
            ry: number;
        } | {
            /** @enum {string} */
            kind: "polygon";
            parts: number[][][][];
        } | {
            /** @enum {string} */
            kind: "polyline";
            points: number[][];
        } | {
            /** @enum {string} */
            kind: "point";
            /** Format: double */
            x: number;
            /** Format: double */
            y: number;
        } | {
            /** @enum {string} */
            kind: "keypoints";
            points: components["schemas"]["Keypoint"][];
        } | {
            back: components["schemas"]["Face"];
            front: components["schemas"]["Face"];
            /** @enum {string} */
            kind: "cuboid";
        } | {
            counts: number[];
            /** Format: int32 */
            height: number;
            /** @enum {string} */
            kind: "mask";
            /** Format: int32 */
            width: number;
        };
        /** @description Nobody draws any more: forget the ghost document, the next one has this epoch. */
        GhostsReset: {
            /** Format: int32 */
            channel: number;
            /** Format: int32 */
            epoch: number;
        };
        /** @description Give one's own work to somebody else, or take it back. */
        HandOver: {
            /** Format: int64 */
            fencing_token: number;
            /** @description 1 to 500 characters. */
            reason?: string | null;
            user_id: components["schemas"]["UserId"];
        };
        /** @description The first message on every connection. */
        Hello: {
            /** @description Name and version of the client, for the server's log, e.g. `tandem-client/0.1.0`. */
            client: string;
            resume?: components["schemas"]["SessionId"] | null;
            /** @description An access token. */
            token: string;
        };
        /**
         * @description The format of what is imported.
         * @enum {string}
         */
        ImportFormat: "coco" | "labelme" | "jsonl";
        /** @description Brings the images and annotations of an uploaded file into the project. What the project has already, by its file name, stays as it is. */
        ImportInput: {
            /** @description The annotation file (COCO, JSON Lines) or folder (LabelMe) in the archive; not needed where there is only one it can be. */
            annotations?: string | null;
            /** @description The upload, whose bytes are there: a ZIP archive of the annotations and their images. */
            file_id: components["schemas"]["JobFileId"];
            format: components["schemas"]["ImportFormat"];
            /**
             * @description Its regions become suggestions of this source, a model's name and version, for people to accept or reject; without it they are the work itself. A `score`
             *     from 0 to 1 of a COCO annotation says how sure it is.
             */
            suggested_by?: string | null;
        };
        /** @description Work that takes a while and runs by itself, on any node. */
        Job: {
            /**
             * Format: int32
             * @description The first is 1; 0 before it began. After the third that failed the job has failed.
             */
            attempt: number;
            /** Format: date-time */
            created_at: string;
            created_by: components["schemas"]["UserSummary"] | null;
            /**
             * Format: int64
             * @description How far that is; in bytes while reading, then in images, or in what the phase names.
             */
            done: number;
            /** Format: date-time */
            ended_at: string | null;
            /** @description Why it failed; while it is open, why the attempt before did. */
            error: string | null;
            file: components["schemas"]["JobFile"] | null;
            id: components["schemas"]["JobId"];
            /** @description As it was asked for. */
            input: unknown;
            /** @description Somebody asked it to stop; it does at its next step. */
            is_cancelling: boolean;
            /** @description `import`, `export`, `relabel`; others may come. */
            kind: string;
            /** @description What it is at: `reading`, `checking`, `uploading`, `saving`; `writing`, `storing`; `documents`, `workflows`, `annotations`. */
            phase: string | null;
            project_id: components["schemas"]["ProjectId"];
            /** @description What came of it: of an import its report, of an export how many bytes it has, of a relabelling what was changed. */
            result: unknown;
            /**
             * Format: date-time
             * @description Of the first attempt.
             */
            started_at: string | null;
            state: components["schemas"]["JobState"];
            /** @description What it is about, for people: of an import the name of the archive, of a relabelling both names. */
            subject: string | null;
            /**
             * Format: int64
             * @description 0: not known yet.
             */
            total: number;
        };
        /** @description A file that a job has made or is to read. */
        JobFile: {
            content_type: string;
            /**
             * Format: date-time
             * @description Deleted some time after this.
             */
            expires_at: string;
            filename: string;
            id: components["schemas"]["JobFileId"];
            /**
             * Format: int64
             * @description Bytes.
             */
            size: number;
            /** @description A presigned GET, where one job is read. */
            url: string | null;
        };
        /**
         * Format: uuid
         * @description A file that a job reads or has made.
         */
        JobFileId: string;
        JobFileUpload: {
            file: components["schemas"]["JobFile"];
            upload: components["schemas"]["PresignedRequest"];
        };
        /**
         * Format: uuid
         * @description One piece of work that runs by itself: an import, an export.
         */
        JobId: string;
        /** @description How far a job is. Everything else about it is read from the REST API by whoever may. */
        JobProgress: {
            /** Format: int64 */
            done: number;
            id: components["schemas"]["JobId"];
            kind: string;
            phase: string | null;
            state: components["schemas"]["JobState"];
            /**
             * Format: int64
             * @description 0: not known yet.
             */
            total: number;
        };
        /** @description Jobs of a project: right after `subscribed` those that are open or ended a moment ago, if there are any; then each that changed, whole. */
        JobsChanged: {
            /** Format: int32 */
            channel: number;
            jobs: components["schemas"]["JobProgress"][];
        };
        /** @enum {string} */
        JobState: "queued" | "running" | "succeeded" | "failed" | "cancelled";
        /** @description One point of a skeleton. */
        Keypoint: {
            /**
             * Format: int32
             * @description COCO's flag: 0 absent, 1 there but occluded, 2 visible.
             */
            v: number;
            /** Format: double */
            x: number;
            /** Format: double */
            y: number;
        };
        KindCount: {
            /** @description Whether the label that it is to become takes this shape. */
            fits: boolean;
            kind: components["schemas"]["RegionKind"];
            /** Format: int64 */
            regions: number;
        };
        /**
         * @description What becomes of a label.
         * @enum {string}
         */
        LabelChange: "rename" | "merge" | "done";
        /** @description One label (class, category). */
        LabelDef: {
            /** @description `#rrggbb`. */
            color: string;
            /** @description What it was called before, and what became it. Work that still says so is understood. The server keeps this; what is sent does not count. */
            formerly?: string[];
            /** @description One key, e.g. `1` or `k`; unique in the project. */
            hotkey?: string | null;
            /** @description Names of the skeleton's points, where the label is a skeleton. */
            keypoints?: string[];
            /** @description Shapes this label may take; empty means every shape. */
            kinds?: components["schemas"]["RegionKind"][];
            /** @description Unique in the project; 1 to 100 characters. A job of the kind `relabel` changes it, and what has it. */
            name: string;
            /** @description The skeleton's edges as 0-based indices into `keypoints`. */
            skeleton?: number[][];
            /** @description COCO's `supercategory`, kept through import and export. */
            supercategory?: string | null;
            /** @description Pairs of points that are each other's mirror image, such as the left and the right eye: 0-based indices into `keypoints`, each in one pair at most. */
            symmetry?: number[][];
        };
        /** @description What can be labelled in a project, and how. */
        LabelSchema: {
            labels: components["schemas"]["LabelDef"][];
        };
        /** @description One version of a layout of a project. */
        Layout: {
            /** Format: date-time */
            activated_at: string | null;
            /** Format: date-time */
            created_at: string;
            created_by: components["schemas"]["UserId"] | null;
            id: components["schemas"]["LayoutId"];
            /** @description The `id` in its markup, by which others extend it; none where it cannot be read. */
            key: string | null;
            name: string;
            project_id: components["schemas"]["ProjectId"];
            /** @description The first version's id: what all versions of a layout have in common. */
            series: components["schemas"]["LayoutId"];
            status: components["schemas"]["LayoutStatus"];
            /** Format: date-time */
            updated_at: string;
            /** @description What work begins on it: of an active one, something; of others, nothing. */
            uses: components["schemas"]["LayoutUse"][];
            /**
             * Format: int32
             * @description Counts from 1 in each series.
             */
            version: number;
        };
        /** @description The components that layouts are made of. */
        LayoutComponents: {
            /** @description Each with `name`, `summary`, `properties`, `events`, `children` (docs/layout-components.md says them in words). */
            components: {
                [key: string]: unknown;
            }[];
        };
        /** @description A version with what it says. */
        LayoutDetail: components["schemas"]["Layout"] & {
            /** @description What is wrong with it now; of what was ever active, nothing. */
            problems: components["schemas"]["LayoutProblem"][];
            /** @description The markup (docs/layouts.md), letter by letter. */
            source: string;
            /** @description What it is compiled to (`domain/src/layout/tree.rs`); none while it has errors. */
            tree: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * Format: uuid
         * @description One version of a project's layout.
         */
        LayoutId: string;
        LayoutMention: {
            id: components["schemas"]["LayoutId"];
            name: string;
            /** Format: int32 */
            version: number;
        };
        /** @description One thing wrong with a layout. Lines and columns count from 1, columns in characters. */
        LayoutProblem: {
            /** Format: int32 */
            column: number;
            /** Format: int32 */
            end_column: number;
            /** Format: int32 */
            end_line: number;
            /** @description The inherited layout that it is in; none: the text itself. */
            layout: string | null;
            /** Format: int32 */
            line: number;
            /** @description For people. */
            message: string;
            /** @description Stable machine word, e.g. `unknown_component`. */
            rule: string;
            severity: components["schemas"]["LayoutSeverity"];
            /** @description What would stand in its place if a name is only misspelt. */
            suggestion: string | null;
        };
        /** @enum {string} */
        LayoutSeverity: "error" | "warning";
        /** @enum {string} */
        LayoutStatus: "draft" | "active" | "retired";
        /**
         * @description What a version is used for: all work that has no layout of its own, or that of one step, of one kind, of both. More special goes before more general, a
         *     step before a kind.
         */
        LayoutUse: {
            kind: components["schemas"]["WorkKind"] | null;
            /** @description Only for this step of the project's workflow. */
            step: string | null;
        };
        /** @description Proof that the caller acts on the lease it thinks it has. */
        LeaseAction: {
            /** Format: int64 */
            fencing_token: number;
        };
        /** @description One of my leases changed, in this tab or another. */
        LeaseChanged: {
            /** Format: int32 */
            channel: number;
            event: components["schemas"]["LeaseEvent"];
            lease: components["schemas"]["MyLease"];
        };
        /** @enum {string} */
        LeaseEvent: "given" | "accepted" | "renewed" | "submitted" | "skipped" | "released" | "expired" | "reassigned" | "expiring";
        /** @description A lease as everybody on the task sees it. */
        LeaseView: {
            assignment_id: components["schemas"]["AssignmentId"];
            /** Format: date-time */
            expires_at: string;
            status: components["schemas"]["AssignmentStatus"];
            user_id: components["schemas"]["UserId"];
            user_name: string;
        };
        Limits: {
            /** Format: int32 */
            max_channels: number;
            /**
             * Format: int32
             * @description Bytes of one frame.
             */
            max_frame: number;
        };
        /**
         * Format: uuid
         * @description The generation of a document. Clients holding another generation must not merge into it.
         */
        LineageId: string;
        /** @description People on other servers are (or are no longer) seen live. Work goes on either way and comes together through the database. */
        LinkChanged: {
            /** Format: int32 */
            channel: number;
            linked: boolean;
        };
        /** @description Who the token says I am, and where I may work. */
        Me: {
            projects: components["schemas"]["MyProject"][];
            user: components["schemas"]["UserSummary"];
            workspace_id: components["schemas"]["WorkspaceId"];
            workspace_name: string;
            workspace_role: components["schemas"]["WorkspaceRole"];
        };
        /** @description What a member is certified to do and when they work. */
        MemberProfile: {
            /** @description Time zone, working hours and daily capacity; see docs/workflows.md. Null: any time. */
            availability?: unknown;
            /**
             * Format: int32
             * @description Tasks held at once.
             */
            max_concurrent?: number | null;
            skills: components["schemas"]["MemberSkill"][];
            teams: string[];
        };
        MemberSkill: {
            /** Format: date-time */
            expires_at?: string | null;
            /** @description novice, intermediate, advanced, expert. */
            level: string;
            name: string;
        };
        MigratedTasks: {
            /**
             * Format: int64
             * @description Nobody has worked on them: they begin anew.
             */
            begin_anew: number;
            misfits: components["schemas"]["Misfits"][];
            next: components["schemas"]["TaskId"] | null;
            /**
             * Format: int64
             * @description Go on where they are.
             */
            stay: number;
        };
        /** @description Move a project's tasks to this version. */
        MigrateTasks: {
            after?: components["schemas"]["TaskId"] | null;
            /** @description Only say what would happen. */
            dry_run?: boolean;
        };
        /** @description Tasks that cannot be moved, and stay as they are. */
        Misfits: {
            /** Format: int64 */
            count: number;
            reason: string;
            /** @description Some of them. */
            tasks: components["schemas"]["TaskId"][];
        };
        /** @description A model that runs in people's browsers. Its files never change. */
        Model: {
            /** Format: date-time */
            created_at: string;
            created_by: components["schemas"]["UserSummary"] | null;
            /** @description Answers each click. */
            decoder: components["schemas"]["ModelFile"];
            /** @description Looks at a picture, once. */
            encoder: components["schemas"]["ModelFile"];
            id: components["schemas"]["ModelId"];
            name: string;
            status: components["schemas"]["ModelStatus"];
        };
        ModelFile: {
            /** @description Of the bytes, in hexadecimal; of a ready model. */
            sha256: string | null;
            /**
             * Format: int64
             * @description Bytes.
             */
            size: number;
            /** @description A presigned GET; where one ready model is asked for. */
            url: string | null;
        };
        /**
         * Format: uuid
         * @description A model that runs in people's browsers: an encoder and a decoder.
         */
        ModelId: string;
        /** @enum {string} */
        ModelStatus: "pending" | "ready";
        ModelUpload: {
            decoder: components["schemas"]["PresignedRequest"];
            encoder: components["schemas"]["PresignedRequest"];
            model: components["schemas"]["Model"];
        };
        /** @description When I work. */
        MyHours: {
            /** @description Time zone, working hours and days off; see docs/workflows.md. Null: any time. */
            availability?: unknown;
        };
        MyLease: {
            assignment_id: components["schemas"]["AssignmentId"];
            /** Format: date-time */
            expires_at: string;
            /** Format: int64 */
            fencing_token: number;
            project_id: components["schemas"]["ProjectId"];
            task_id: components["schemas"]["TaskId"];
        };
        MyProject: {
            /** @description Actions of `docs/permissions.md` this person may do here. */
            may: string[];
            project_id: components["schemas"]["ProjectId"];
            role: components["schemas"]["ProjectRole"];
        };
        NewModelFile: {
            /**
             * Format: int64
             * @description Bytes: 1 to the setting `models.max_file`.
             */
            size: number;
        };
        /**
         * @description All that one source suggests for one task. It takes the place of what the same source suggested before and nobody has decided about; without regions
         *     it takes that away.
         */
        NewPrediction: {
            external_id?: string | null;
            /** @description The image's. Only one task may have an image of this name. */
            filename?: string | null;
            regions: components["schemas"]["PredictedRegion"][];
            /** @description The model's name and version, as people shall read it; 1 to 200 characters. */
            source: string;
            task_id?: components["schemas"]["TaskId"] | null;
        };
        NewTask: {
            asset_id: components["schemas"]["AssetId"];
            batch_id?: components["schemas"]["BatchId"] | null;
            /** @description The integrator's own name for it; unique in the project. */
            external_id?: string | null;
            /** @description Anything the project wants to show beside the image; a JSON object. */
            input?: {
                [key: string]: unknown;
            } | null;
            /**
             * Format: int32
             * @description 1 (low) to 10 (high); default 5.
             */
            priority?: number | null;
        };
        /** @description The answer to "next task, please". */
        NextTask: {
            /** @description Without work: steps of the project that I may not work on, and why. */
            closed: components["schemas"]["ClosedStep"][];
            nothing: components["schemas"]["NothingToDo"] | null;
            work: components["schemas"]["Work"] | null;
        };
        /**
         * Format: uuid
         * @description One run of one server process.
         */
        NodeId: string;
        /** @description The nodes of the installation, those that take people first. */
        Nodes: {
            /** @description The node that answers. */
            me: components["schemas"]["NodeId"];
            nodes: components["schemas"]["NodeView"][];
        };
        /** @enum {string} */
        NodeState: "ready" | "draining" | "gone" | "left";
        /** @description One run of one server process. Numbers are of everybody on it; whose they are is not said. */
        NodeView: {
            /**
             * Format: int32
             * @description Open connections.
             */
            connections: number;
            /** @description It was asked to send its people elsewhere. */
            drain_requested: boolean;
            /** @description Its edits reach the disk. */
            durable: boolean;
            host: string;
            id: components["schemas"]["NodeId"];
            /**
             * Format: int32
             * @description Documents in memory.
             */
            rooms: number;
            /**
             * Format: int64
             * @description How long ago it was heard of, by the database's clock.
             */
            silent_ms: number;
            /** Format: date-time */
            started_at: string;
            state: components["schemas"]["NodeState"];
            version: string;
        };
        NotGiven: {
            reason: components["schemas"]["Reason"];
            user_id: components["schemas"]["UserId"];
        };
        /** @description Why a step has nothing for me. */
        NothingToDo: {
            commonest: components["schemas"]["Reason"] | null;
            /**
             * Format: date-time
             * @description When the first of what waits is mine to have, where that is known: an offer to somebody else ends, a skipped task comes back.
             */
            expected_at: string | null;
            /**
             * Format: int32
             * @description Tasks there that others have.
             */
            in_work: number;
            /**
             * Format: int32
             * @description Those of them that I may not have.
             */
            kept_from: number;
            step: string;
            /** @description All of it in words. */
            text: string;
            /**
             * Format: int32
             * @description Tasks with a place there that nobody has; the first 1,000 are counted.
             */
            waiting: number;
        };
        /** @description What I am told of although I am elsewhere. */
        Notification: {
            comment: string;
            /** Format: date-time */
            created_at: string;
            /** @description How the comment begins, or what happened, in words. */
            excerpt: string;
            /** @description Who wrote it, or gave the task; the server where nobody did: its id is nil. */
            from: components["schemas"]["UserSummary"];
            id: components["schemas"]["NotificationId"];
            kind: components["schemas"]["NotificationKind"];
            project_id: components["schemas"]["ProjectId"];
            /** Format: date-time */
            read_at: string | null;
            task_id: components["schemas"]["TaskId"];
            /** @description The thread and the comment, as they are named in the task's document; empty where it is about work. */
            thread: string;
        };
        /**
         * Format: uuid
         * @description One thing a person is told of.
         */
        NotificationId: string;
        /** @enum {string} */
        NotificationKind: "mention" | "answer" | "held" | "given" | "offered";
        /** @description Newest first. */
        Notifications: {
            items: components["schemas"]["Notification"][];
            next_cursor: string | null;
            /**
             * Format: int32
             * @description All that are unread, on this page or not.
             */
            unread: number;
        };
        /** @description A comment names or answers me, in whatever task it is. Said in every tab. */
        Notified: {
            /** Format: int32 */
            channel: number;
            notification: components["schemas"]["Notification"];
        };
        OpenStepView: {
            kind: string;
            /** Format: int64 */
            needed: number;
            step: string;
        };
        /** @description One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none. */
        Page_Annotation: {
            items: components["schemas"]["Annotation"][];
            next_cursor: string | null;
        };
        /** @description One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none. */
        Page_AnnotationEvent: {
            items: components["schemas"]["AnnotationEvent"][];
            next_cursor: string | null;
        };
        /** @description One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none. */
        Page_Asset: {
            items: components["schemas"]["Asset"][];
            next_cursor: string | null;
        };
        /** @description One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none. */
        Page_Batch: {
            items: components["schemas"]["Batch"][];
            next_cursor: string | null;
        };
        /** @description One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none. */
        Page_Candidate: {
            items: components["schemas"]["Candidate"][];
            next_cursor: string | null;
        };
        /** @description One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none. */
        Page_Checkpoint: {
            items: components["schemas"]["Checkpoint"][];
            next_cursor: string | null;
        };
        /** @description One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none. */
        Page_Job: {
            items: components["schemas"]["Job"][];
            next_cursor: string | null;
        };
        /** @description One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none. */
        Page_Layout: {
            items: components["schemas"]["Layout"][];
            next_cursor: string | null;
        };
        /** @description One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none. */
        Page_Model: {
            items: components["schemas"]["Model"][];
            next_cursor: string | null;
        };
        /** @description One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none. */
        Page_Project: {
            items: components["schemas"]["Project"][];
            next_cursor: string | null;
        };
        /** @description One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none. */
        Page_ProjectMember: {
            items: components["schemas"]["ProjectMember"][];
            next_cursor: string | null;
        };
        /** @description One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none. */
        Page_RegionRow: {
            items: components["schemas"]["RegionRow"][];
            next_cursor: string | null;
        };
        /** @description One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none. */
        Page_StateTransition: {
            items: components["schemas"]["StateTransition"][];
            next_cursor: string | null;
        };
        /** @description One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none. */
        Page_Task: {
            items: components["schemas"]["Task"][];
            next_cursor: string | null;
        };
        /** @description One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none. */
        Page_TaskNote: {
            items: components["schemas"]["TaskNote"][];
            next_cursor: string | null;
        };
        /** @description One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none. */
        Page_UserSummary: {
            items: components["schemas"]["UserSummary"][];
            next_cursor: string | null;
        };
        /** @description One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none. */
        Page_Workflow: {
            items: components["schemas"]["Workflow"][];
            next_cursor: string | null;
        };
        /** @description Give a member nothing more for now. */
        PauseMember: {
            /** @description 1 to 500 characters; null lets them go on. */
            reason?: string | null;
            /** Format: date-time */
            until?: string | null;
        };
        Peer: {
            /** Format: int32 */
            peer: number;
            role: components["schemas"]["ProjectRole"];
            state: components["schemas"]["PresenceState"];
            user: components["schemas"]["UserSummary"];
        };
        PeerState: {
            /** Format: int32 */
            peer: number;
            state: components["schemas"]["PresenceState"];
        };
        /** @description A person with at least one open connection on a project or one of its tasks. */
        PersonHere: {
            task_id: components["schemas"]["TaskId"] | null;
            user: components["schemas"]["UserSummary"];
        };
        Ping: {
            /**
             * Format: int64
             * @description Any number; comes back in the pong.
             */
            t: number;
        };
        Pong: {
            /** Format: date-time */
            server_time: string;
            /** Format: int64 */
            t: number;
        };
        /** @description Workflows that nobody should have to write. */
        PredefinedWorkflow: {
            /** @enum {string} */
            type: "single";
        } | {
            /** Format: int32 */
            annotators: number;
            metric: string;
            /** Format: double */
            threshold: number;
            /** @enum {string} */
            type: "multi_vote";
        } | {
            /** Format: int32 */
            annotators: number;
            metric: string;
            /** Format: double */
            threshold: number;
            /** @enum {string} */
            type: "multi_adjudication";
        } | {
            /** Format: double */
            rate: number;
            /** @enum {string} */
            type: "sampled_review";
        } | {
            /** Format: int32 */
            max_rounds: number;
            /** @enum {string} */
            type: "review_with_rework";
        };
        PredictedRegion: {
            attributes?: {
                [key: string]: unknown;
            };
            geometry: components["schemas"]["Geometry"];
            id?: components["schemas"]["RegionId"] | null;
            label: string;
            /**
             * Format: double
             * @description 0 to 1: how sure the model is.
             */
            score?: number | null;
            /**
             * Format: int32
             * @description Drawing order: higher lies on top.
             */
            z?: number;
        };
        PredictedTask: {
            outcome: components["schemas"]["PredictionOutcome"];
            /** @description Ids of what is suggested, in the order of the regions. */
            suggestions: components["schemas"]["RegionId"][];
            task_id: components["schemas"]["TaskId"];
        };
        /** @enum {string} */
        PredictionOutcome: "suggested" | "task_done" | "document_full";
        /** @description How somebody has set the product up for themselves, by what it is about (`hotkeys`). What is in each the server does not read. */
        Preferences: {
            values: {
                [key: string]: unknown;
            };
        };
        /** @description People of a task came, changed or left. */
        PresenceDiff: {
            changed: components["schemas"]["PeerState"][];
            /** Format: int32 */
            channel: number;
            joined: components["schemas"]["Peer"][];
            left: number[];
        };
        PresenceState: {
            /** @description The region being edited right now. */
            editing?: string | null;
            /** @description The label in hand; at most 100 characters. */
            label?: string | null;
            /** @description Ids of selected regions; at most 256. */
            selection?: string[];
            /** @description e.g. `select`, `box`; at most 32 characters. */
            tool?: string | null;
            /** @description What this person sees: `[x, y, width, height]` in image pixels. */
            viewport?: number[] | null;
        };
        /** @description A request anybody holding it may make until it expires, without further credentials. */
        PresignedRequest: {
            /** Format: date-time */
            expires_at: string;
            /** @description Send exactly these. */
            headers: {
                [key: string]: string;
            };
            method: string;
            url: string;
        };
        PriorityBefore: {
            task_id: components["schemas"]["TaskId"];
            /** Format: int32 */
            was: number;
        };
        /** @description What a change of priority changed; tasks that had it already are not among them. */
        PrioritySet: {
            changed: components["schemas"]["PriorityBefore"][];
        };
        /** @description The body of every REST error (`application/problem+json`). */
        Problem: {
            /** @description Stable machine word, e.g. `lease_stale`. */
            code: string;
            /** @description What happened here, to what, and what to do next. */
            detail: string;
            /** @description Facts of this kind of problem, e.g. who holds the lease now. */
            details?: {
                [key: string]: unknown;
            } | null;
            /** @description One entry per offending field. */
            errors?: components["schemas"]["FieldError"][];
            /** @description Quote this when asking for help: the server's log lines carry it. */
            request_id?: string | null;
            /** @description Whether the same request may succeed later without being changed. */
            retryable: boolean;
            /**
             * Format: int32
             * @description HTTP status.
             */
            status: number;
            /** @description The same for every problem of this kind. */
            title: string;
            /** @description A URI that identifies the kind of problem, e.g. `/problems/lease-stale`. */
            type: string;
        };
        /** @description Tasks of a project by where they are. */
        Progress: {
            /**
             * Format: int64
             * @description Submitted or beyond.
             */
            completed: number;
            /**
             * Format: int64
             * @description Leased by somebody right now.
             */
            in_progress: number;
            /** Format: int64 */
            pending: number;
            /** Format: int64 */
            skipped: number;
            /** Format: int64 */
            total: number;
        };
        Project: {
            /** Format: date-time */
            created_at: string;
            customer_id: components["schemas"]["CustomerId"] | null;
            description: string;
            id: components["schemas"]["ProjectId"];
            label_schema: components["schemas"]["LabelSchema"];
            /**
             * Format: int32
             * @description How long a lease lasts without being renewed, in seconds.
             */
            lease_seconds: number;
            /** @description The caller's role here. */
            my_role: components["schemas"]["ProjectRole"];
            name: string;
            progress: components["schemas"]["Progress"];
            status: components["schemas"]["ProjectStatus"];
            /** Format: date-time */
            updated_at: string;
        };
        /** @description Only what changed since the last state or diff. */
        ProjectDiff: {
            /** Format: int32 */
            channel: number;
            /** @description Came or moved to another task. */
            here: components["schemas"]["PersonHere"][];
            left: components["schemas"]["UserId"][];
            progress: components["schemas"]["Progress"] | null;
        };
        /** Format: uuid */
        ProjectId: string;
        ProjectLive: {
            people: components["schemas"]["PersonHere"][];
            progress: components["schemas"]["Progress"];
        };
        ProjectMember: {
            paused: components["schemas"]["PauseMember"] | null;
            role: components["schemas"]["ProjectRole"];
            /** Format: date-time */
            since: string;
            user: components["schemas"]["UserSummary"];
        };
        /**
         * @description A person's role in a project.
         * @enum {string}
         */
        ProjectRole: "labeler" | "reviewer" | "admin";
        /** @enum {string} */
        ProjectStatus: "draft" | "active" | "paused" | "completed" | "archived";
        PutProjectMember: {
            role: components["schemas"]["ProjectRole"];
        };
        /** @description What I have read. */
        ReadNotifications: {
            /** @description These, at most 200; without it all. */
            ids?: components["schemas"]["NotificationId"][] | null;
        };
        /** @description Why not. */
        Reason: {
            /** @description A word for programs, e.g. `requires_skill`. */
            code: string;
            /** @description A sentence for people, e.g. "Requires skill: Medical Coding (expert)". */
            text: string;
        };
        /** @description A fresh access token on a live connection. */
        Refresh: {
            token: string;
        };
        /** @description A fresh token was taken over. */
        Refreshed: {
            /** Format: date-time */
            token_expires_at: string;
        };
        /** @description Exchange a refresh token for a new session. The old refresh token stays valid until it expires. */
        RefreshSession: {
            refresh_token: string;
        };
        /** @description One shape. The same JSON in the live document, in annotations and in the regions query. */
        Region: {
            /** @description Free attributes of the shape; a JSON object. */
            attributes: {
                [key: string]: unknown;
            };
            author: components["schemas"]["UserId"] | null;
            geometry: components["schemas"]["Geometry"];
            id: components["schemas"]["RegionId"];
            label: string;
            /** @description What it has to do with other regions, each said once: by the region that it goes from. */
            relations: components["schemas"]["Relation"][];
            /**
             * Format: int32
             * @description Drawing order: higher lies on top.
             */
            z: number;
        };
        RegionChanges: {
            added: components["schemas"]["RegionId"][];
            changed: components["schemas"]["RegionId"][];
            /** @description Where labels got other names: from those they had to those they have. */
            labels: {
                [key: string]: string;
            };
            removed: components["schemas"]["RegionId"][];
        };
        /**
         * Format: uuid
         * @description One shape of an annotation. Made by the client that draws it.
         */
        RegionId: string;
        /**
         * @description The kind of a geometry, without its numbers.
         * @enum {string}
         */
        RegionKind: "box" | "rotated_box" | "ellipse" | "polygon" | "polyline" | "point" | "keypoints" | "cuboid" | "mask";
        /** @description A region with where it is, as the regions query returns it. */
        RegionRow: components["schemas"]["Region"] & {
            annotation_id: components["schemas"]["AnnotationId"];
            /**
             * Format: double
             * @description Square pixels.
             */
            area: number;
            /** @description `[x, y, width, height]` of the axis-parallel box around it. */
            bounds: number[];
            project_id: components["schemas"]["ProjectId"];
            task_id: components["schemas"]["TaskId"];
        };
        /**
         * @description Gives a label another name, or makes it one with the label of that name. The project's labels change at once, and what says the old name means the
         *     new one from then on; the job rewrites what is stored: annotations, what workflows remember of them, and the documents of tasks that are not done.
         */
        RelabelInput: {
            /** @description A label of the project. */
            from: string;
            /** @description 1 to 100 characters. If the project has such a label, it takes over the regions, and `from` is no label any more. */
            to: string;
        };
        /** @description What a job of the kind `relabel` would change. Counts are of annotations that nothing has superseded. */
        RelabelPreview: {
            /** Format: int64 */
            annotations: number;
            change: components["schemas"]["LabelChange"] | null;
            /** @description By shape. */
            kinds: components["schemas"]["KindCount"][];
            /** @description Layouts, active or drafts, that name the label. They go on working: the old name means the new one. */
            layouts: components["schemas"]["LayoutMention"][];
            /**
             * Format: int64
             * @description Tasks that are not done and have been begun: their documents are looked through.
             */
            open_tasks: number;
            /** @description Why it would be refused; fields are `from` and `to`. */
            problems: components["schemas"]["FieldError"][];
            /** Format: int64 */
            regions: number;
            /** @description A few of the tasks, those with most such regions first. */
            samples: components["schemas"]["RelabelSample"][];
            /** Format: int64 */
            tasks: number;
        };
        RelabelSample: {
            /** @description The file's. */
            name: string;
            /** Format: int64 */
            regions: number;
            task_id: components["schemas"]["TaskId"];
        };
        /** @description From one region to another of the same task. A region has at most one of each label to the same other. */
        Relation: {
            /** @description Whether it goes one way only; else it says the same of both. */
            directed: boolean;
            label: string;
            to: components["schemas"]["RegionId"];
        };
        /** @description What restoring a checkpoint did to the live document. */
        Restored: {
            /** Format: int32 */
            added: number;
            /** @description How the document was right before: restore it to take this back. */
            before: components["schemas"]["CheckpointId"];
            /** Format: int32 */
            changed: number;
            /** Format: int32 */
            removed: number;
        };
        /**
         * @description What a reviewer says.
         * @enum {string}
         */
        ReviewDecision: "approve" | "reject" | "request_changes";
        /** @description My rights on a task changed while I am on it. Everything else about the subscription stays as it is. */
        RightsChanged: {
            /** Format: int32 */
            channel: number;
            /** @description Why edits are refused from now on, if they are. Those refused get their `error` each. */
            read_only: string | null;
            role: components["schemas"]["ProjectRole"];
        };
        ServerControlJson: (components["schemas"]["Welcome"] & {
            /** @enum {string} */
            type: "welcome";
        }) | (components["schemas"]["Refreshed"] & {
            /** @enum {string} */
            type: "refreshed";
        }) | (components["schemas"]["Subscribed"] & {
            /** @enum {string} */
            type: "subscribed";
        }) | (components["schemas"]["PresenceDiff"] & {
            /** @enum {string} */
            type: "presence_diff";
        }) | (components["schemas"]["GhostsReset"] & {
            /** @enum {string} */
            type: "ghosts_reset";
        }) | (components["schemas"]["TaskChanged"] & {
            /** @enum {string} */
            type: "task_changed";
        }) | (components["schemas"]["DurabilityChanged"] & {
            /** @enum {string} */
            type: "durability_changed";
        }) | (components["schemas"]["ProjectDiff"] & {
            /** @enum {string} */
            type: "project_diff";
        }) | (components["schemas"]["LeaseChanged"] & {
            /** @enum {string} */
            type: "lease_changed";
        }) | (components["schemas"]["ErrorMessage"] & {
            /** @enum {string} */
            type: "error";
        }) | (components["schemas"]["Pong"] & {
            /** @enum {string} */
            type: "pong";
        }) | (components["schemas"]["Bye"] & {
            /** @enum {string} */
            type: "bye";
        }) | (components["schemas"]["RightsChanged"] & {
            /** @enum {string} */
            type: "rights_changed";
        }) | (components["schemas"]["LinkChanged"] & {
            /** @enum {string} */
            type: "link_changed";
        }) | (components["schemas"]["WorkflowState"] & {
            /** @enum {string} */
            type: "workflow_state";
        }) | (components["schemas"]["WorkflowDiff"] & {
            /** @enum {string} */
            type: "workflow_diff";
        }) | (components["schemas"]["JobsChanged"] & {
            /** @enum {string} */
            type: "jobs_changed";
        }) | (components["schemas"]["Notified"] & {
            /** @enum {string} */
            type: "notified";
        });
        /**
         * Format: uuid
         * @description One WebSocket connection.
         */
        SessionId: string;
        /** @description A connection. */
        SessionNode: {
            id: components["schemas"]["SessionId"];
            /**
             * Format: int32
             * @description Places that it has in rooms.
             */
            seats: number;
            /**
             * Format: double
             * @description How long it has taken none of them.
             */
            stalled_ms: number;
            user_id: components["schemas"]["UserId"];
            /**
             * Format: int64
             * @description Bytes that wait for its socket.
             */
            waiting_bytes: number;
        };
        /** @description A person was signed out everywhere. */
        SessionsRevoked: {
            /**
             * Format: date-time
             * @description Tokens made before this are void: a full second, at most one ahead.
             */
            valid_after: string;
        };
        /** @description What I have in hand and selected. State, not an event: the last one stands. */
        SetPresence: {
            /** Format: int32 */
            channel: number;
            state: components["schemas"]["PresenceState"];
        };
        /** @description Which of the waiting tasks go first. */
        SetPriority: {
            /**
             * Format: int32
             * @description 1 to 10; the highest goes first.
             */
            priority: number;
            /** @description 1 to 500 characters, for the audit log. */
            reason?: string | null;
            /** @description 1 to 500 tasks of the project: all of them or none. */
            task_ids: components["schemas"]["TaskId"][];
        };
        /** @description Exchange the token of a sign-in link for a session. */
        SignIn: {
            token: string;
        };
        /** @description What became of the simulated tasks: `paths`, `steps`, `teams`, `finish`, `bottleneck`, `ends`; see docs/workflows.md, "Simulation". */
        Simulated: {
            [key: string]: unknown;
        };
        SkipTask: {
            /** Format: int64 */
            fencing_token: number;
            /** @description 1 to 500 characters. */
            reason?: string | null;
        };
        /** @description One step that a task took, or a batch. */
        StateTransition: {
            /** @description What was taken and run, in order. */
            actions: unknown;
            actor_id: components["schemas"]["UserId"] | null;
            actor_name: string | null;
            /**
             * Format: int64
             * @description Milliseconds that the task had stood at `from`.
             */
            duration_ms: number | null;
            event: string;
            /** @description Null for the first. */
            from: unknown;
            /** @description Each condition that was asked, and whether it held. */
            guards: unknown;
            /** Format: date-time */
            occurred_at: string;
            /** @description What it was told, e.g. a decision, what a program answered, or why it failed. `{"omitted_bytes": n}` where that is long; null where there is nothing to say. */
            payload: unknown;
            reason: string | null;
            /** @description Of the request that did it, as in the audit log; null: the server itself did. */
            request_id: string | null;
            to: unknown;
            /** @description `begun`, `answer`, `decision`, `timer`, `program`, `admin`, `migration`, `skips`; of a batch `begun`, `children`. */
            trigger: string;
        };
        /** @description What an admin does to a task. */
        SteerTask: {
            /** @enum {string} */
            action: "hold";
            reason: string;
        } | {
            /** @enum {string} */
            action: "resume";
            reason: string;
        } | {
            /** @enum {string} */
            action: "complete";
            reason: string;
        } | {
            /** @enum {string} */
            action: "archive";
            reason: string;
        } | {
            /** @enum {string} */
            action: "reset";
            reason: string;
            step: string;
        } | {
            /** @enum {string} */
            action: "reopen";
            reason: string;
            step: string;
        } | {
            /** @enum {string} */
            action: "resolve";
            output: unknown;
            reason: string;
            step: string;
        } | {
            /** @enum {string} */
            action: "finish";
            reason: string;
            step: string;
        } | {
            /** @enum {string} */
            action: "undo";
            reason: string;
        };
        /** @description How many tasks of a project are where in one step. A step without work is all zeros, or not told at all. */
        StepCounts: {
            /**
             * Format: int64
             * @description Answers and decisions given.
             */
            done: number;
            /**
             * Format: int64
             * @description Tasks that wait for an admin.
             */
            held: number;
            step: string;
            /**
             * Format: int64
             * @description Tasks with a place that nobody has.
             */
            waiting: number;
            /**
             * Format: int64
             * @description Tasks that somebody works on.
             */
            working: number;
        };
        StepEligibility: {
            eligible: boolean;
            reasons: components["schemas"]["Reason"][];
            step: string;
        };
        StepPerson: {
            name: string;
            task_id: components["schemas"]["TaskId"];
            user_id: components["schemas"]["UserId"];
        };
        /** @description The places of an open step, one for each answer. */
        StepPlaces: {
            /**
             * Format: int32
             * @description That nobody has.
             */
            free: number;
            kept_for: components["schemas"]["UserSummary"] | null;
            /** @description `pool`, `auto`, `hybrid` or `manual`. */
            mode: string;
            /** Format: int32 */
            needed: number;
            /** Format: date-time */
            opened_at: string;
            /**
             * Format: date-time
             * @description Skipped by enough people: nobody takes it before.
             */
            rests_until: string | null;
        };
        /** @description What an agent outside answers for a step that waits for it. */
        StepResult: {
            /** @description It failed: the step's retries or its hold follow. */
            error?: string | null;
            /** @description What comes of the step. */
            output?: unknown;
            /**
             * Format: date-time
             * @description Which call this answers: `since` of `waits_for` in the task's standing. What comes after the step gave up waiting is refused then, not taken for the
             *     answer to its next attempt. Without it, whichever waits.
             */
            since?: string | null;
        };
        /** @description How the work goes in a step. */
        StepSummary: {
            /**
             * Format: int32
             * @description How many people hold a task there.
             */
            active_annotators: number;
            /**
             * Format: int64
             * @description How long an answer took, on average, of the newest 200 tasks that were answered: the active work where it was told, else from its beginning to its end.
             *     Null: there is none.
             */
            average_ms: number | null;
        };
        /** @description A task as it is in one step. */
        StepTask: {
            external_id: string | null;
            filename: string;
            /** @description Why it waits for an admin, if it does. */
            held: string | null;
            id: components["schemas"]["TaskId"];
            /** @description Who works on it in this step or has answered there, in the order in which they began. */
            people: components["schemas"]["StepTaskPerson"][];
            places: components["schemas"]["StepPlaces"] | null;
            /**
             * Format: int32
             * @description 1 to 10; the highest goes first.
             */
            priority: number;
            /**
             * Format: date-time
             * @description When the first of them began; null: nobody has.
             */
            started_at: string | null;
            status: components["schemas"]["TaskStatus"];
        };
        StepTaskPerson: {
            /**
             * Format: date-time
             * @description When they began; null: not yet.
             */
            accepted_at: string | null;
            /** Format: date-time */
            assigned_at: string;
            assignment_id: components["schemas"]["AssignmentId"];
            /** @description Why this person has it: as `assignment_metadata` of `AssignmentDetail`. */
            assignment_metadata: {
                [key: string]: unknown;
            } | null;
            /** Format: date-time */
            expires_at: string;
            status: components["schemas"]["AssignmentStatus"];
            /** Format: date-time */
            submitted_at: string | null;
            /**
             * Format: int64
             * @description Active work, as their client counted it; null: it did not, or not yet.
             */
            time_spent_ms: number | null;
            user: components["schemas"]["UserSummary"];
        };
        /** @description One page of a step's tasks, and how the work goes there. */
        StepTasks: {
            items: components["schemas"]["StepTask"][];
            next_cursor: string | null;
            /** @description Of the whole step, whatever was asked for. */
            summary: components["schemas"]["StepSummary"];
        };
        /**
         * @description Where a task may stand in a step.
         * @enum {string}
         */
        StepTaskState: "waiting" | "working" | "held" | "done";
        StepWork: {
            /** @description Why I may not work there; nothing: I may. */
            closed: components["schemas"]["Reason"][];
            /**
             * Format: int64
             * @description Answers and decisions given.
             */
            done: number;
            /**
             * Format: int64
             * @description Tasks that wait for an admin.
             */
            held: number;
            people: components["schemas"]["StepPerson"][];
            step: string;
            /**
             * Format: int64
             * @description Tasks with a place that nobody has.
             */
            waiting: number;
            /**
             * Format: int64
             * @description Tasks that somebody works on.
             */
            working: number;
        };
        /** @description Somebody at work on a task in a step. */
        StepWorker: {
            assignment_id: components["schemas"]["AssignmentId"];
            step: string;
            task_id: components["schemas"]["TaskId"];
            user: components["schemas"]["UserSummary"];
        };
        SubmitTask: {
            /** @description Lease the next task of the project in the same call. */
            and_next?: boolean;
            /** Format: int64 */
            fencing_token: number;
            snapshot?: components["schemas"]["Base64"] | null;
            state_vector?: components["schemas"]["Base64"] | null;
            /**
             * Format: int64
             * @description Milliseconds of active work since the task was opened.
             */
            time_spent_ms?: number | null;
        };
        Submitted: {
            annotation: components["schemas"]["Annotation"];
            next: components["schemas"]["Work"] | null;
        };
        /** @description Join a topic on a channel number the client chooses; all frames about it carry that number. */
        Subscribe: {
            /**
             * Format: int32
             * @description Unused on this connection; 1 to 2^31-1.
             */
            channel: number;
            lineage?: components["schemas"]["LineageId"] | null;
            state_vector?: components["schemas"]["Base64"] | null;
            topic: components["schemas"]["Topic"];
        };
        /** @description The topic is joined. For a task a `sync` frame follows at once with what the client's copy lacks. */
        Subscribed: {
            /** Format: int32 */
            channel: number;
            project: components["schemas"]["ProjectLive"] | null;
            task: components["schemas"]["TaskJoined"] | null;
            topic: components["schemas"]["Topic"];
            user: components["schemas"]["UserLive"] | null;
        };
        Task: {
            /** @description In lists the asset carries no `url`. */
            asset: components["schemas"]["Asset"];
            batch_id: components["schemas"]["BatchId"] | null;
            /** Format: date-time */
            completed_at: string | null;
            /** Format: date-time */
            created_at: string;
            external_id: string | null;
            id: components["schemas"]["TaskId"];
            input: {
                [key: string]: unknown;
            };
            /**
             * @description What it shows is for whoever accepts it (`content_after_accepting` of its step), and I have not: `input` is empty, the asset has no `url`,
             *     and its document is closed to me.
             */
            is_withheld: boolean;
            lease: components["schemas"]["LeaseView"] | null;
            /** Format: int32 */
            priority: number;
            project_id: components["schemas"]["ProjectId"];
            /**
             * Format: int64
             * @description Regions in the newest submitted annotation.
             */
            region_count: number;
            status: components["schemas"]["TaskStatus"];
            /** @description The workflow step the task is at, e.g. `annotate`. */
            step: string;
            /** Format: date-time */
            updated_at: string;
        };
        /** @description What became of one task. */
        TaskAssigned: {
            assignment: components["schemas"]["Assignment"] | null;
            /** @description Why nobody has it, one for each person. */
            refused: components["schemas"]["NotGiven"][];
            task_id: components["schemas"]["TaskId"];
        };
        /** @description Everybody of the project, each with whether they may have the task. */
        TaskAssignees: {
            items: components["schemas"]["TaskEligibility"][];
        };
        /** @description Status or lease of the task changed. */
        TaskChanged: {
            /** Format: int32 */
            channel: number;
            lease: components["schemas"]["LeaseView"] | null;
            status: components["schemas"]["TaskStatus"];
        };
        /** @description Whether somebody may have a task, step by step. */
        TaskEligibility: {
            /** @description In one of the open steps. */
            eligible: boolean;
            steps: components["schemas"]["StepEligibility"][];
            user_id: components["schemas"]["UserId"];
        };
        /** Format: uuid */
        TaskId: string;
        TaskJoined: {
            /** @description Whether edits reach the disk at the moment. */
            durable: boolean;
            /**
             * Format: int32
             * @description Number of the ghost document; ghosts of another epoch are void.
             */
            ghost_epoch: number;
            lease: components["schemas"]["LeaseView"] | null;
            /** @description A client holding a copy of another lineage must set it aside (keep, not merge) and start from the `sync` frame. */
            lineage: components["schemas"]["LineageId"];
            /** @description Whether people on other servers are seen live at the moment. True where there is one server only. */
            linked: boolean;
            /**
             * Format: int32
             * @description This session's number in cursors and presence of this task.
             */
            peer: number;
            /** @description Everybody here, this session included. */
            peers: components["schemas"]["Peer"][];
            /** @description Why edits are refused here, if they are. */
            read_only: string | null;
            role: components["schemas"]["ProjectRole"];
            /** @description What the server has: the client sends back, as `update`, what this lacks. */
            state_vector: components["schemas"]["Base64"];
            status: components["schemas"]["TaskStatus"];
        };
        /** @description How a task is worked on. */
        TaskLayout: {
            layout_id: components["schemas"]["LayoutId"] | null;
            name: string | null;
            tree: {
                [key: string]: unknown;
            } | null;
            /** Format: int32 */
            version: number | null;
        };
        TaskNode: components["schemas"]["ActorNode"] & {
            /** Format: int64 */
            document_bytes: number;
            /**
             * Format: int64
             * @description Edits taken since it was opened.
             */
            edits: number;
            /** @description The document is there. */
            loaded: boolean;
            /** Format: int32 */
            members: number;
            /** @description Some of them are on their way to the disk. */
            not_on_disk: boolean;
            project_id: components["schemas"]["ProjectId"];
            /** Format: int64 */
            refused: number;
        };
        /** @description What an admin wrote down about a task. It stays as it was written. */
        TaskNote: {
            author: components["schemas"]["UserSummary"];
            /** Format: date-time */
            created_at: string;
            id: components["schemas"]["TaskNoteId"];
            text: string;
        };
        /**
         * Format: uuid
         * @description What an admin wrote down about a task.
         */
        TaskNoteId: string;
        TasksAssigned: {
            /** @description One for each task, in the order in which they were named. */
            items: components["schemas"]["TaskAssigned"][];
        };
        /** @description Where a task stands in its workflow. */
        TaskStanding: {
            /** @description What conditions see: `steps`, `step_output`, `input`. For reviewers and admins, unless they themselves answer it without seeing the others' answers. */
            context: unknown;
            /** @description Why it waits for an admin, if it does. */
            held: string | null;
            is_done: boolean;
            /** @description Who works on it now. */
            leases: components["schemas"]["Assignment"][];
            open: components["schemas"]["OpenStepView"][];
            /** @description As XState writes it: a name, or an object of regions. */
            value: unknown;
            /** @description Programs whose answers it waits for. */
            waits_for: components["schemas"]["WaitsFor"][];
            workflow_id: components["schemas"]["WorkflowId"];
        };
        /** @enum {string} */
        TaskStatus: "pending" | "assigned" | "in_progress" | "review" | "adjudication" | "completed" | "rejected" | "skipped" | "cancelled";
        /** @description Whom a comment concerns. */
        TellOfComment: {
            /** @description People it answers. */
            answered?: components["schemas"]["UserId"][];
            comment: string;
            /** @description How it begins: 1 to 280 characters. */
            excerpt: string;
            /** @description People it names; at most 50 in both lists together. Who is in both is named. */
            mentioned?: components["schemas"]["UserId"][];
            /** @description The thread and the comment as they are named in the document: 1 to 64 characters each. */
            thread: string;
        };
        /** @description How many were told who had not been. */
        Told: {
            /** Format: int32 */
            told: number;
        };
        Topic: {
            /** Format: uuid */
            id: string;
            kind: components["schemas"]["TopicKind"];
        };
        /** @enum {string} */
        TopicKind: "task" | "project" | "user" | "workflow";
        /** @description How many are unread from now on. */
        Unread: {
            /** Format: int32 */
            unread: number;
        };
        Unsubscribe: {
            /** Format: int32 */
            channel: number;
        };
        /** @description What I would be given next. */
        Upcoming: {
            /** @description Without what is withheld until it is accepted. */
            tasks: components["schemas"]["Task"][];
        };
        /** @description What a draft is from now on. */
        UpdateLayout: {
            /** @description 1 to 200 characters; without it the name stays. */
            name?: string | null;
            /**
             * Format: date-time
             * @description The `updated_at` that this change was made from: refused if somebody saved in between. Without it the last one wins.
             */
            seen?: string | null;
            /** @description Markup, at most 256 KiB. */
            source: string;
        };
        /** @description Only the fields present are changed. */
        UpdateProject: {
            description?: string | null;
            label_schema?: components["schemas"]["LabelSchema"] | null;
            /** Format: int32 */
            lease_seconds?: number | null;
            name?: string | null;
            status?: components["schemas"]["ProjectStatus"] | null;
        };
        /** @description What a draft says from now on: exactly one of `form` and `xml`. */
        UpdateWorkflow: {
            /** @description JSON of the form; its `id` stays what it was. */
            form?: {
                [key: string]: unknown;
            } | null;
            /**
             * Format: date-time
             * @description The `updated_at` that this change was made from: refused if somebody saved in between. Without it the last one wins.
             */
            seen?: string | null;
            /** @description The same as XML. */
            xml?: string | null;
        };
        /** Format: uuid */
        UserId: string;
        UserLive: {
            /** @description Active leases, oldest first. */
            leases: components["schemas"]["MyLease"][];
        };
        /** @description A person as others see them. */
        UserSummary: {
            /** @description `#rrggbb`: the colour of this person's cursor and selection, everywhere. */
            color: string;
            email: string;
            id: components["schemas"]["UserId"];
            name: string;
        };
        /** @description A step in the hands of a program. */
        WaitsFor: {
            /** @description `webhook`, `model`, `external_agent`, `auto_process`, `merge`. */
            kind: string;
            /**
             * Format: date-time
             * @description Names this very call: another visit of the step, or another attempt, is another one.
             */
            since: string;
            step: string;
        };
        /** @description The answer to a good `hello`. */
        Welcome: {
            /**
             * Format: int32
             * @description Send something at least this often; the server does too.
             */
            heartbeat_ms: number;
            limits: components["schemas"]["Limits"];
            /** Format: date-time */
            server_time: string;
            session_id: components["schemas"]["SessionId"];
            /** Format: date-time */
            token_expires_at: string;
            user: components["schemas"]["UserSummary"];
            workspace_id: components["schemas"]["WorkspaceId"];
        };
        Work: {
            assignment: components["schemas"]["Assignment"];
            task: components["schemas"]["Task"];
        };
        /** @description One version of a workflow of a project. */
        Workflow: {
            /** Format: date-time */
            activated_at: string | null;
            /** Format: date-time */
            created_at: string;
            created_by: components["schemas"]["UserId"] | null;
            /** @description What it says (docs/workflows.md). Kept as the text it came in: the order of keys has a meaning. */
            form: {
                [key: string]: unknown;
            };
            id: components["schemas"]["WorkflowId"];
            /** @description What all its versions share: the `id` in the form. */
            key: string;
            name: string;
            project_id: components["schemas"]["ProjectId"];
            status: components["schemas"]["WorkflowStatus"];
            /**
             * Format: int64
             * @description Tasks that are on this version, in whatever state.
             */
            tasks: number;
            /** Format: date-time */
            updated_at: string;
            /**
             * Format: int32
             * @description Counts from 1 for each key.
             */
            version: number;
        };
        /** @description Only what changed since the last state or diff. */
        WorkflowDiff: {
            /** Format: int32 */
            channel: number;
            /** @description Assignments that are no longer worked on. */
            left: components["schemas"]["AssignmentId"][];
            /** @description Each with all its numbers. */
            steps: components["schemas"]["StepCounts"][];
            /** @description Began. */
            workers: components["schemas"]["StepWorker"][];
            workflow_id: components["schemas"]["WorkflowId"] | null;
        };
        WorkflowEdge: {
            /** @description The condition in words; empty: always. */
            condition: string;
            from: string;
            to: string;
        };
        WorkflowGraph: {
            edges: components["schemas"]["WorkflowEdge"][];
            /** @description In the order of the form; the steps of branches after the step they belong to. */
            nodes: components["schemas"]["WorkflowNode"][];
        };
        /**
         * Format: uuid
         * @description One version of a project's workflow.
         */
        WorkflowId: string;
        WorkflowNode: {
            branch: string | null;
            /** @description The step; or `completed` or `archived`, where something leads there. */
            id: string;
            /** @description The step's type; of the ends `complete` or `archive`. */
            kind: string;
            name: string;
            /**
             * Format: int32
             * @description How many people answer; 0: nobody works on it.
             */
            needed: number;
            /** @description The parallel step it runs in, and in which of its branches. */
            parent: string | null;
        };
        /** @description One thing wrong with a workflow. */
        WorkflowProblem: {
            /** @description For people. */
            message: string;
            /** @description A JSON Pointer (RFC 6901) into the form, e.g. `/steps/0/timeout`; empty: the whole. */
            path: string;
            /** @description Stable machine word, e.g. `unknown_target`. */
            rule: string;
        };
        /** @description How the work of a project stands, step by step. */
        WorkflowProgress: {
            steps: components["schemas"]["StepWork"][];
            workflow_id: components["schemas"]["WorkflowId"] | null;
        };
        /** @description How the work of a project stands. Follows the `subscribed` of a `workflow` topic, each time. */
        WorkflowState: {
            /** Format: int32 */
            channel: number;
            steps: components["schemas"]["StepCounts"][];
            /** @description At most 500, those longest at it. */
            workers: components["schemas"]["StepWorker"][];
            workflow_id: components["schemas"]["WorkflowId"] | null;
        };
        /** @enum {string} */
        WorkflowStatus: "draft" | "active" | "retired";
        /**
         * @description What a lease asks of its holder.
         * @enum {string}
         */
        WorkKind: "annotation" | "review" | "adjudication" | "validation" | "consensus";
        /**
         * Format: uuid
         * @description The tenant.
         */
        WorkspaceId: string;
        /**
         * @description A person's role in a workspace. `Admin` is admin of every project in it.
         * @enum {string}
         */
        WorkspaceRole: "admin" | "member";
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getActors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The live tree */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ActorTree"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getNodes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nodes that take people first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Nodes"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAnnotation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                annotation_id: components["schemas"]["AnnotationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The annotation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Annotation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAnnotationEvents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                annotation_id: components["schemas"]["AnnotationId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest thousand events, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_AnnotationEvent"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAsset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                asset_id: components["schemas"]["AssetId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The image */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asset"];
                };
            };
            /** @description `not_accepted`: it is shown only to whoever has accepted its task */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    completeAsset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                asset_id: components["schemas"]["AssetId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready or rejected */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Asset"];
                };
            };
            /** @description The bytes are not there yet (`upload_missing`) */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAssignment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                assignment_id: components["schemas"]["AssignmentId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The lease */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssignmentDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acceptTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                assignment_id: components["schemas"]["AssignmentId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LeaseAction"];
            };
        };
        responses: {
            /** @description The lease */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Assignment"];
                };
            };
            /** @description `lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    decideReview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                assignment_id: components["schemas"]["AssignmentId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecideReview"];
            };
        };
        responses: {
            /** @description Decided */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Decided"];
                };
            };
            /** @description `lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active`; `not_now`: the task does not wait for a decision */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    evictHolder: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                assignment_id: components["schemas"]["AssignmentId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EvictHolder"];
            };
        };
        responses: {
            /** @description The lease, ended */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Assignment"];
                };
            };
            /** @description `lease_not_active` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    handOver: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                assignment_id: components["schemas"]["AssignmentId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HandOver"];
            };
        };
        responses: {
            /** @description The other's lease */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Assignment"];
                };
            };
            /** @description `not_eligible`: the other may not have it; `details.reasons` says why */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `lease_stale`; `lease_expired`; `lease_not_active` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    releaseTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                assignment_id: components["schemas"]["AssignmentId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LeaseAction"];
            };
        };
        responses: {
            /** @description The lease, ended */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Assignment"];
                };
            };
            /** @description `lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    renewLease: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                assignment_id: components["schemas"]["AssignmentId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LeaseAction"];
            };
        };
        responses: {
            /** @description The lease */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Assignment"];
                };
            };
            /** @description `lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    skipTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                assignment_id: components["schemas"]["AssignmentId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SkipTask"];
            };
        };
        responses: {
            /** @description The lease, ended */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Assignment"];
                };
            };
            /** @description `lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    submitTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                assignment_id: components["schemas"]["AssignmentId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SubmitTask"];
            };
        };
        responses: {
            /** @description Submitted */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Submitted"];
                };
            };
            /** @description `lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active`; `document_behind`: edits are still on their way */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `regions_invalid`: regions break the project's rules; `invalid_answer`: the answer breaks those of the task's layout; `errors` names each field */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refreshSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RefreshSession"];
            };
        };
        responses: {
            /** @description A new session */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthSession"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Signed in */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthSession"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBatchInstance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                batch_id: components["schemas"]["BatchId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Where it stands; null: it has had no task yet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchInstance"] | null;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBatchTransitions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                batch_id: components["schemas"]["BatchId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest first, at most 500 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_StateTransition"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                job_id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                job_id: components["schemas"]["JobId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job as it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listLayoutComponents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, by name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LayoutComponents"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Me */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putMyHours: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MyHours"];
            };
        };
        responses: {
            /** @description My profile as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberProfile"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listNotifications: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before; none for the first page. */
                cursor?: string;
                /** @description 1 to 200 items; default 50. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Notifications"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    readNotifications: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReadNotifications"];
            };
        };
        responses: {
            /** @description How many are left */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Unread"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPreferences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of mine in this workspace */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preferences"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changePreferences: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangePreferences"];
            };
        };
        responses: {
            /** @description All of mine as they are now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preferences"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMyProfile: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The profile */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberProfile"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listModels: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Those that are ready, by name; without the `url` of their files */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Model"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createModel: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 200 characters. The same key with the same body gives the first answer again instead of doing the work twice. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateModel"];
            };
        };
        responses: {
            /** @description Where to PUT the bytes */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelUpload"];
                };
            };
            /** @description Another model has the name (`already_exists`) */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                model_id: components["schemas"]["ModelId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model; a `url` has what is ready */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                model_id: components["schemas"]["ModelId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    completeModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                model_id: components["schemas"]["ModelId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model, ready */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            /** @description Bytes are not there yet (`upload_missing`); another model has the name (`already_exists`) */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A file is not what was announced (`size`) or no ONNX model (`onnx`) */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProjects: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Project"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createProject: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 200 characters. The same key with the same body gives the first answer again instead of doing the work twice. */
                "Idempotency-Key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateProject"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The project */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateProject"];
            };
        };
        responses: {
            /** @description The project as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAssets: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before; none for the first page. */
                cursor?: string;
                /** @description 1 to 200 items; default 50. */
                limit?: number;
                status?: components["schemas"]["AssetStatus"];
            };
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Images, oldest first; without `url` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Asset"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createAsset: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 200 characters. The same key with the same body gives the first answer again instead of doing the work twice. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateAsset"];
            };
        };
        responses: {
            /** @description Where to PUT the bytes */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AssetUpload"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBatches: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Batch"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 200 characters. The same key with the same body gives the first answer again instead of doing the work twice. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateBatch"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Batch"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportProject: {
        parameters: {
            query: {
                format: components["schemas"]["ExportFormat"];
            };
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The export */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    exportTasks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExportTasks"];
            };
        };
        responses: {
            /** @description The export */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                    "application/x-ndjson": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createJobFile: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 200 characters. The same key with the same body gives the first answer again instead of doing the work twice. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateJobFile"];
            };
        };
        responses: {
            /** @description Where to PUT the bytes */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobFileUpload"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listJobs: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before; none for the first page. */
                cursor?: string;
                /** @description 1 to 200 items; default 50. */
                limit?: number;
            };
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Jobs, newest first; without the `url` of their files */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Job"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createJob: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 200 characters. The same key with the same body gives the first answer again instead of doing the work twice. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateJob"];
            };
        };
        responses: {
            /** @description The job, which waits for a worker */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description The bytes of the upload are not there yet (`upload_missing`); another label is being changed (`job_open`) */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description As many jobs of the workspace as may are open (`too_many_requests`) */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listLayouts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Layout"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createLayout: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 200 characters. The same key with the same body gives the first answer again instead of doing the work twice. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateLayout"];
            };
        };
        responses: {
            /** @description The draft */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LayoutDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLayout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                layout_id: components["schemas"]["LayoutId"];
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LayoutDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateLayout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                layout_id: components["schemas"]["LayoutId"];
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateLayout"];
            };
        };
        responses: {
            /** @description The draft as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LayoutDetail"];
                };
            };
            /** @description `layout_in_use`: it is no draft; `layout_changed`: it was saved since `seen` */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteLayout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                layout_id: components["schemas"]["LayoutId"];
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No longer there */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `layout_in_use`: it is no draft */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    activateLayout: {
        parameters: {
            query?: {
                /** @description Only for this kind of work. */
                kind?: components["schemas"]["WorkKind"];
                /** @description Only for this step of the project's workflow. */
                step?: string;
            };
            header?: never;
            path: {
                layout_id: components["schemas"]["LayoutId"];
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version, active */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LayoutDetail"];
                };
            };
            /** @description `layout_invalid`: it has errors; `errors` names each by `line:column` */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    retireLayout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                layout_id: components["schemas"]["LayoutId"];
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version; what was not active is as it was */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LayoutDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createLayoutVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                layout_id: components["schemas"]["LayoutId"];
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The draft */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LayoutDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkLayout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CheckLayout"];
            };
        };
        responses: {
            /** @description What it is found to be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckedLayout"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProjectMembers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, by name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_ProjectMember"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putProjectMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
                user_id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutProjectMember"];
            };
        };
        responses: {
            /** @description The person as they are in the project now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectMember"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteProjectMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
                user_id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No longer in the project */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pauseMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
                user_id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PauseMember"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    upcomingTasks: {
        parameters: {
            query?: {
                /** @description 1 to 10 tasks; default 2. */
                limit?: number;
            };
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tasks, maybe none */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Upcoming"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    nextTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AskNext"] | null;
            };
        };
        responses: {
            /** @description The work, or none */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NextTask"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createPredictions: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 200 characters. The same key with the same body gives the first answer again instead of doing the work twice. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreatePredictions"];
            };
        };
        responses: {
            /** @description What came of each, in the order asked; on disk */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedPredictions"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRegions: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before; none for the first page. */
                cursor?: string;
                kind?: components["schemas"]["RegionKind"];
                /** @description Exactly this label. */
                label?: string;
                /** @description 1 to 200 items; default 50. */
                limit?: number;
            };
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Regions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_RegionRow"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewRelabel: {
        parameters: {
            query: {
                /** @description A label of the project. */
                from: string;
                /** @description What it is to be called, or the label it is to become. */
                to: string;
            };
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What there is of the label, and why it cannot be changed if it cannot */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RelabelPreview"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listStepTasks: {
        parameters: {
            query: {
                /** @description `next_cursor` of the page before; none for the first page. */
                cursor?: string;
                /** @description 1 to 200 items; default 50. */
                limit?: number;
                /** @description Beginning of the external id or of the file name; 1 to 255 characters, case matters. */
                q?: string;
                /**
                 * @description Only those that came into the step at this time or later: the waiting when it was opened for them, those in work and done when they were given to
                 *     somebody, the held when they were.
                 */
                since?: string;
                state: components["schemas"]["StepTaskState"];
                /** @description Only those that came into it before this time; after `since`. */
                until?: string;
                /** @description Of the waiting: kept for this person. Of those in work and done: theirs. Of the held: they worked on it. */
                user_id?: components["schemas"]["UserId"];
            };
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
                step: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The tasks; none where no task was ever in such a step */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StepTasks"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTasks: {
        parameters: {
            query?: {
                batch_id?: components["schemas"]["BatchId"];
                /** @description `next_cursor` of the page before; none for the first page. */
                cursor?: string;
                /** @description 1 to 200 items; default 50. */
                limit?: number;
                /** @description Beginning of the external id or of the file name; 1 to 255 characters, case matters. */
                q?: string;
                status?: components["schemas"]["TaskStatus"];
            };
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Tasks, oldest first; assets without `url` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Task"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createTasks: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 200 characters. The same key with the same body gives the first answer again instead of doing the work twice. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateTasks"];
            };
        };
        responses: {
            /** @description Created, in the order asked */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedTasks"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    assignTasks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssignTasks"];
            };
        };
        responses: {
            /** @description What became of each task, in the order in which they were named */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TasksAssigned"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setPriority: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetPriority"];
            };
        };
        responses: {
            /** @description What was changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PrioritySet"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWorkflowProgress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every step that has, or may have, work */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowProgress"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listWorkflows: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Workflow"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createWorkflow: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 200 characters. The same key with the same body gives the first answer again instead of doing the work twice. */
                "Idempotency-Key"?: string | null;
            };
            path: {
                project_id: components["schemas"]["ProjectId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateWorkflow"];
            };
        };
        responses: {
            /** @description The draft */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The task */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAnnotations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All versions, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Annotation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    assignTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AssignTask"];
            };
        };
        responses: {
            /** @description The lease, with its task */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Work"];
                };
            };
            /** @description `not_eligible`: they may not have it; `details.reasons` says why */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `lease_stale`: somebody else holds the task, `details` says who */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAssignees: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In no order */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskAssignees"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCandidates: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, by step, round and slot */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Candidate"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    claimTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The work */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Work"];
                };
            };
            /** @description `lease_stale`: somebody else holds the task, `details` says who */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    tellOfComment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TellOfComment"];
            };
        };
        responses: {
            /** @description How many were told now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Told"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEligibility: {
        parameters: {
            query?: {
                /** @description Who; I myself if nobody is named */
                user?: components["schemas"]["UserId"];
            };
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Step by step */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskEligibility"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listHistory: {
        parameters: {
            query?: {
                /** @description Of all documents of the task, and not only of the one I see: those of other slots, and of drafts that were discarded. Needs `task.review`. */
                all?: boolean;
                /** @description `next_cursor` of the page before; none for the first page. */
                cursor?: string;
                /** @description 1 to 200 items; default 50. */
                limit?: number;
            };
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Checkpoints, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_Checkpoint"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The checkpoint */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkpoint"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                checkpoint_id: components["schemas"]["CheckpointId"];
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The checkpoint */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckpointContent"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restoreCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                checkpoint_id: components["schemas"]["CheckpointId"];
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What changed, on disk */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Restored"];
                };
            };
            /** @description `project_not_active`: the project is archived */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTaskLayout: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The layout; all of it null where the task has none */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskLayout"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTaskNotes: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before; none for the first page. */
                cursor?: string;
                /** @description 1 to 200 items; default 50. */
                limit?: number;
            };
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_TaskNote"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    addTaskNote: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddNote"];
            };
        };
        responses: {
            /** @description The note */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskNote"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTaskStanding: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Where it stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskStanding"];
                };
            };
            /** @description `not_now`: the task is on no workflow, or has not begun */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    steerTask: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SteerTask"];
            };
        };
        responses: {
            /** @description Where it stands now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TaskStanding"];
                };
            };
            /** @description `not_now`: not where the task stands */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    answerStep: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                step: string;
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StepResult"];
            };
        };
        responses: {
            /** @description Taken */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `not_now`: the step does not wait for an answer, or not for that of this call any more */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listTransitions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                task_id: components["schemas"]["TaskId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest first, at most 500 */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_StateTransition"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, by name */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page_UserSummary"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMemberProfile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The profile */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MemberProfile"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putMemberProfile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MemberProfile"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeSessions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: components["schemas"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Their tokens are void */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionsRevoked"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWorkflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: components["schemas"]["WorkflowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    updateWorkflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: components["schemas"]["WorkflowId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateWorkflow"];
            };
        };
        responses: {
            /** @description The draft as it is now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    activateWorkflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: components["schemas"]["WorkflowId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version, active */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    migrateTasks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: components["schemas"]["WorkflowId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MigrateTasks"];
            };
        };
        responses: {
            /** @description What was moved, or would be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MigratedTasks"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    simulateWorkflow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                workflow_id: components["schemas"]["WorkflowId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            /** @description Paths, work by step, time to finish, bottleneck */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Simulated"];
                };
            };
            /** @description An assumption is wrong; `errors` names it */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkWorkflow: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CheckWorkflow"];
            };
        };
        responses: {
            /** @description What it is found to be */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckedWorkflow"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
