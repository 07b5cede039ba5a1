/* exports.h (adapter) - the functions that guests import, and what the host calls. Included by state.h, which has the types. */
#ifndef AD_EXPORTS_H
#define AD_EXPORTS_H

u32 p1_args_get(u32, u32), p1_args_sizes_get(u32, u32), p1_environ_get(u32, u32), p1_environ_sizes_get(u32, u32);
u32 p1_clock_res_get(u32, u32), p1_clock_time_get(u32, u64, u32), p1_fd_advise(u32, u64, u64, u32), p1_fd_allocate(u32, u64, u64), p1_fd_close(u32);
u32 p1_fd_datasync(u32), p1_fd_fdstat_get(u32, u32), p1_fd_fdstat_set_flags(u32, u32), p1_fd_fdstat_set_rights(u32, u64, u64);
u32 p1_fd_filestat_get(u32, u32), p1_fd_filestat_set_size(u32, u64), p1_fd_filestat_set_times(u32, u64, u64, u32);
u32 p1_fd_pread(u32, u32, u32, u64, u32), p1_fd_prestat_get(u32, u32), p1_fd_prestat_dir_name(u32, u32, u32), p1_fd_pwrite(u32, u32, u32, u64, u32);
u32 p1_fd_read(u32, u32, u32, u32), p1_fd_readdir(u32, u32, u32, u64, u32), p1_fd_renumber(u32, u32), p1_fd_seek(u32, u64, u32, u32), p1_fd_sync(u32);
u32 p1_fd_tell(u32, u32), p1_fd_write(u32, u32, u32, u32), p1_path_create_directory(u32, u32, u32);
u32 p1_path_filestat_get(u32, u32, u32, u32, u32), p1_path_filestat_set_times(u32, u32, u32, u32, u64, u64, u32);
u32 p1_path_link(u32, u32, u32, u32, u32, u32, u32), p1_path_open(u32, u32, u32, u32, u32, u64, u64, u32, u32);
u32 p1_path_readlink(u32, u32, u32, u32, u32, u32), p1_path_remove_directory(u32, u32, u32), p1_path_rename(u32, u32, u32, u32, u32, u32);
u32 p1_path_symlink(u32, u32, u32, u32, u32), p1_path_unlink_file(u32, u32, u32), p1_poll_oneoff(u32, u32, u32, u32), p1_proc_raise(u32);
u32 p1_random_get(u32, u32), p1_sched_yield(void), p1_sock_accept(u32, u32, u32), p1_sock_recv(u32, u32, u32, u32, u32, u32);
u32 p1_sock_send(u32, u32, u32, u32, u32), p1_sock_shutdown(u32, u32), p1_adapter_open_badfd(u32), p1_adapter_close_badfd(u32);
void p1_proc_exit(u32), p1_adapter_monotonic_clock_set_paused(u32), p1_reset_adapter_state(void);
u32 p1_run(void);
u32 ad_realloc(u32 old, u32 old_size, u32 align, u32 size);

#endif
