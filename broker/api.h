/* The handlers that the routing table names; one file per resource. */
#ifndef API_H
#define API_H

struct request;

/* api_session.c and api_session_change.c */
void	api_session_create(struct request *);
void	api_session_list(struct request *);
void	api_session_show(struct request *);
void	api_session_patch(struct request *);
void	api_session_delete(struct request *);
void	api_session_stop(struct request *);
void	api_session_start(struct request *);
void	api_session_stats(struct request *);

/* api_action.c, api_shot.c, api_exec.c */
void	api_actions(struct request *);
void	api_shot(struct request *);
void	api_exec(struct request *);

/* api_process.c and api_terminal.c */
void	api_process_create(struct request *);
void	api_process_list(struct request *);
void	api_process_show(struct request *);
void	api_process_delete(struct request *);
void	api_process_signal(struct request *);
void	api_process_log(struct request *);
void	api_process_input(struct request *);
void	api_terminal_create(struct request *);
void	api_terminal_list(struct request *);
void	api_terminal_show(struct request *);
void	api_terminal_patch(struct request *);
void	api_terminal_delete(struct request *);
void	api_terminal_log(struct request *);
void	api_terminal_input(struct request *);
/* api_app.c, app_launch.c */
void	api_app_list(struct request *);
void	api_app_show(struct request *);
void	api_app_launch(struct request *);
/* api_clipboard.c, api_display.c */
void	api_clipboard_get(struct request *);
void	api_clipboard_set(struct request *);
void	api_clipboard_clear(struct request *);
void	api_display_show(struct request *);
void	api_display_change(struct request *);

/* api_window.c */
void	api_window_list(struct request *);
void	api_window_show(struct request *);
void	api_window_act(struct request *);
void	api_window_close(struct request *);

/* api_file*.c */
void	api_file_get(struct request *);
void	api_file_put(struct request *);
void	api_file_delete(struct request *);
void	api_file_stat(struct request *);
void	api_file_mkdir(struct request *);
void	api_file_move(struct request *);
void	api_file_copy(struct request *);
void	api_file_archive(struct request *);
void	api_file_extract(struct request *);
void	api_file_watch(struct request *);
/* api_socket.c */
void	api_terminal_socket(struct request *);
void	api_process_socket(struct request *);

/* api_event.c */
void	api_event_list(struct request *);
void	api_event_session(struct request *);

/* api_system.c */
void	api_system(struct request *);
void	api_system_shutdown(struct request *);
void	api_metrics(struct request *);
void	api_healthz(struct request *);
void	api_readyz(struct request *);

#endif
